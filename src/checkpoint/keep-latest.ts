import { type Kysely, sql } from 'kysely';
import type { Schema } from '../db/schema.ts';
import { checkpoint } from './checkpoint-row.ts';
import { deleteUnneededValues } from './unneeded-values.ts';
import { unpackCheckpoints } from './unpack-checkpoints.ts';

/**
 * Deletes all that was saved of a thread but its newest state and those of the checkpoints `also`, and
 * returns how many checkpoints went. The newest one stays whole, with the writes that wait on it, so the thread goes on as
 * if nothing had gone. What stays is linked to its nearest ancestor that stays.
 *
 * Of subgraphs stay the newest checkpoint of those that keep their state over turns, and of those that are inside the
 * newest step. LangGraph's delta channels are rebuilt from ancestors: as far back as a value needs them, these stay too.
 */
export async function keepLatest(db: Kysely<Schema>, threadId: string, also: string[] = []): Promise<number> {
  await unpackCheckpoints(db, threadId);
  const { rows } = await sql<{ gone: number }>`
    with recursive newest as (
      select distinct on (checkpoint_ns) * from baton.checkpoint
      where thread_id = ${threadId} order by checkpoint_ns, seq desc
    ), line as (
      select checkpoint_ns, checkpoint_id, parent_id, checkpoint, metadata from baton.checkpoint c
      where thread_id = ${threadId} and (
        checkpoint_ns = '' and checkpoint_id = any(${also}::text[])
        or seq = (select newest.seq from newest where newest.checkpoint_ns = c.checkpoint_ns) and (
          checkpoint_ns = '' or strpos(checkpoint_ns, ':') = 0
          or metadata -> 'parents' ->> '' = (select checkpoint_id from newest where checkpoint_ns = '')
        )
      )
      union all
      select c.checkpoint_ns, c.checkpoint_id, c.parent_id, c.checkpoint, c.metadata
      from line cross join lateral (${checkpoint(threadId, sql`line.checkpoint_ns`, sql`line.parent_id`)}) c
      where line.metadata ? 'counters_since_delta_snapshot'
    ), kept as (
      select distinct on (checkpoint_ns, checkpoint_id) * from line
    ), above as (
      select checkpoint_ns, checkpoint_id, parent_id as ancestor from kept
      union
      select above.checkpoint_ns, above.checkpoint_id, c.parent_id
      from above
      cross join lateral (${checkpoint(threadId, sql`above.checkpoint_ns`, sql`above.ancestor`)}) c
      where (above.checkpoint_ns, above.ancestor) not in (select checkpoint_ns, checkpoint_id from kept)
    ), linked as (
      update baton.checkpoint c set parent_id = (
        select ancestor from above
        where above.checkpoint_ns = c.checkpoint_ns and above.checkpoint_id = c.checkpoint_id
          and (above.checkpoint_ns, above.ancestor) in (select checkpoint_ns, checkpoint_id from kept)
      )
      from kept
      where c.thread_id = ${threadId} and c.checkpoint_ns = kept.checkpoint_ns
        and c.checkpoint_id = kept.checkpoint_id and c.parent_id is not null
        and (c.checkpoint_ns, c.parent_id) not in (select checkpoint_ns, checkpoint_id from kept)
    ), ${deleteUnneededValues(threadId, sql`kept`)}, writes_gone as (
      delete from baton.checkpoint_write where thread_id = ${threadId}
        and (checkpoint_ns, checkpoint_id) not in (select checkpoint_ns, checkpoint_id from kept)
    ), gone as (
      delete from baton.checkpoint where thread_id = ${threadId}
        and (checkpoint_ns, checkpoint_id) not in (select checkpoint_ns, checkpoint_id from kept)
      returning 1
    )
    select count(*) as gone from gone`.execute(db);
  return rows[0]?.gone ?? 0;
}
