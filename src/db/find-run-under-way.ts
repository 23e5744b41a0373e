import type { Kysely } from 'kysely';
import { hasType } from './event-rows.ts';
import type { Schema } from './schema.ts';

/**
 * The number of the first event of the run that was under way in a thread at `seq`, or that was the last to begin before.
 * Undefined when none had begun.
 */
export async function findRunUnderWay(
  db: Kysely<Schema>,
  { threadId, seq }: { threadId: string; seq: number },
): Promise<number | undefined> {
  const { first } = await db
    .selectFrom('baton.event')
    .select(({ fn }) => fn.min('first_seq').as('first'))
    .where('run_id', '=', (query) =>
      query
        .selectFrom('baton.event')
        .select('run_id')
        .where('thread_id', '=', threadId)
        .where('first_seq', '<=', seq)
        .where(hasType('turn-start'))
        .orderBy('first_seq', 'desc')
        .limit(1),
    )
    .executeTakeFirstOrThrow();
  return first === null ? undefined : Number(first);
}
