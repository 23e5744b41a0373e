import type { Kysely } from 'kysely';
import type { Schema } from '../../src/db/schema.ts';

/** Which numbers each row of a thread's log has, as `first-last`. */
export async function rangesOf(db: Kysely<Schema>, threadId: string): Promise<string[]> {
  const rows = await db
    .selectFrom('baton.event')
    .select(['first_seq', 'last_seq'])
    .where('thread_id', '=', threadId)
    .orderBy('first_seq')
    .execute();
  return rows.map(({ first_seq, last_seq }) => `${first_seq}-${last_seq}`);
}
