import type { Kysely } from 'kysely';
import type { TurnEvent } from '../turn-event.ts';
import { eventsOf, hasType } from './event-rows.ts';
import type { Schema } from './schema.ts';

/** The last event of a kind in the log of a run, or of a thread. */
export async function readLastEvent<Type extends TurnEvent['type']>(
  db: Kysely<Schema>,
  of: { runId: string } | { threadId: string },
  type: Type,
): Promise<Extract<TurnEvent, { type: Type }> | undefined> {
  const rows = await db
    .selectFrom('baton.event')
    .select('events')
    .where((eb) => ('runId' in of ? eb('run_id', '=', of.runId) : eb('thread_id', '=', of.threadId)))
    .where(hasType(type))
    .orderBy('first_seq', 'desc')
    .limit(1)
    .execute();
  return eventsOf(rows, type).at(-1);
}
