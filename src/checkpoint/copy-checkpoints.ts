import { type Kysely, sql } from 'kysely';
import type { Schema } from '../db/schema.ts';

/**
 * Copies all that was saved of a thread, in every namespace and in the order of saving, under the id of a thread that has
 * nothing yet: one statement, so the copy is of one moment. The copies belong to no run.
 */
export async function copyCheckpoints(db: Kysely<Schema>, from: string, to: string): Promise<void> {
  await sql`
    with values_copied as (
      insert into baton.checkpoint_value
        (thread_id, checkpoint_ns, channel, version, data, chain, chain_start, chain_end, chain_from, base, steps)
      select ${to}, checkpoint_ns, channel, version, data, chain, chain_start, chain_end, chain_from, base, steps
      from baton.checkpoint_value where thread_id = ${from}
    ), writes_copied as (
      insert into baton.checkpoint_write (thread_id, checkpoint_ns, checkpoint_id, task_id, idx, channel, data)
      select ${to}, checkpoint_ns, checkpoint_id, task_id, idx, channel, data
      from baton.checkpoint_write where thread_id = ${from}
    ), packs_copied as (
      insert into baton.checkpoint_pack (thread_id, checkpoint_ns, first_id, last_id, first_seq, states)
      select ${to}, checkpoint_ns, first_id, last_id, first_seq, states
      from baton.checkpoint_pack where thread_id = ${from}
    )
    insert into baton.checkpoint
      (thread_id, checkpoint_ns, checkpoint_id, parent_id, seq, checkpoint, metadata, created_at)
    overriding system value
    select ${to}, checkpoint_ns, checkpoint_id, parent_id, seq, checkpoint, metadata, created_at
    from baton.checkpoint where thread_id = ${from}`.execute(db);
}
