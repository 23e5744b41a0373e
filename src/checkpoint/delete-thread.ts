import type { Kysely } from 'kysely';
import type { Schema } from '../db/schema.ts';

/** Deletes all that was saved of a thread, in every namespace, in one statement. */
export async function deleteThread(db: Kysely<Schema>, threadId: string): Promise<void> {
  await db
    .with('values_gone', (query) =>
      query.deleteFrom('baton.checkpoint_value').where('thread_id', '=', threadId),
    )
    .with('writes_gone', (query) =>
      query.deleteFrom('baton.checkpoint_write').where('thread_id', '=', threadId),
    )
    .with('packs_gone', (query) =>
      query.deleteFrom('baton.checkpoint_pack').where('thread_id', '=', threadId),
    )
    .deleteFrom('baton.checkpoint')
    .where('thread_id', '=', threadId)
    .execute();
}
