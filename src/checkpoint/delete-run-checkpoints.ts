import { type Kysely, sql } from 'kysely';
import { packLines } from '../db/pack-lines.ts';
import type { Schema } from '../db/schema.ts';
import { checkpoint } from './checkpoint-row.ts';
import { takeBackWrites } from './take-back-writes.ts';
import { deleteUnneededValues } from './unneeded-values.ts';
import { unpackCheckpoints } from './unpack-checkpoints.ts';

/**
 * Takes back what a run saved: its checkpoints with their values and writes, and the writes that it
 * added to others, so that the thread's newest state is the one that the run began from, as the run found it.
 *
 * A checkpoint that one of another run or of an update goes on from stays, with all that it needs.
 */
export async function deleteRunCheckpoints(
  db: Kysely<Schema>,
  threadId: string,
  runId: string,
): Promise<void> {
  await unpackCheckpoints(db, threadId, runId);
  await sql`
    with recursive own as (
      select checkpoint_ns, checkpoint_id, seq from baton.checkpoint
      where thread_id = ${threadId} and metadata ->> 'run_id' = ${runId}
    ), needed as (
      select c.checkpoint_ns, c.parent_id from baton.checkpoint c
      where c.thread_id = ${threadId} and c.seq > (select min(seq) from own)
        and c.metadata ->> 'run_id' is distinct from ${runId}
      union
      select c.checkpoint_ns, c.parent_id
      from needed
      cross join lateral (${checkpoint(threadId, sql`needed.checkpoint_ns`, sql`needed.parent_id`)}) c
    ), doomed as (
      select checkpoint_ns, checkpoint_id from own
      where (checkpoint_ns, checkpoint_id) not in (
        select checkpoint_ns, parent_id from needed where parent_id is not null
      )
    ), kept as (
      select checkpoint_ns, checkpoint from baton.checkpoint
      where thread_id = ${threadId} and (checkpoint_ns, checkpoint_id) not in (select * from doomed)
      union all
      select p.checkpoint_ns, line.checkpoint from baton.checkpoint_pack p ${packLines()} where p.thread_id = ${threadId}
    ), ${deleteUnneededValues(threadId, sql`kept`)}, doomed_writes as (
      delete from baton.checkpoint_write
      where thread_id = ${threadId} and (checkpoint_ns, checkpoint_id) in (select * from doomed)
    ), ${takeBackWrites(sql`
      w.thread_id = ${threadId} and w.run_id = ${runId}
      and (w.checkpoint_ns, w.checkpoint_id) not in (select checkpoint_ns, checkpoint_id from own)`)}
    delete from baton.checkpoint
    where thread_id = ${threadId} and (checkpoint_ns, checkpoint_id) in (select * from doomed)`.execute(db);
}
