import type { Kysely } from 'kysely';
import type { TurnEvent } from '../turn-event.ts';
import type { Schema } from './schema.ts';

/** The last event of a kind in a run's log. */
export async function readLastEvent<Type extends TurnEvent['type']>(
  db: Kysely<Schema>,
  runId: string,
  type: Type,
): Promise<Extract<TurnEvent, { type: Type }> | undefined> {
  const found = await db
    .selectFrom('baton.event')
    .select('data')
    .where('run_id', '=', runId)
    .where('type', '=', type)
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst();
  return found?.data as Extract<TurnEvent, { type: Type }> | undefined; // written by appendEvents
}
