import { type Kysely, sql } from 'kysely';
import { packLines } from '../db/pack-lines.ts';
import type { Schema } from '../db/schema.ts';

/**
 * Gives the packed checkpoints of a thread rows of their own, as whoever changes or deletes single ones wants them: all of them, or what
 * was saved since a run began. For transactions in which nobody else can write to the thread.
 */
export async function unpackCheckpoints(db: Kysely<Schema>, threadId: string, since?: string): Promise<void> {
  const from = sql`
    select min(seq) from (
      select seq from baton.checkpoint where thread_id = ${threadId} and metadata ->> 'run_id' = ${since}
      union all
      select first_seq from baton.checkpoint_pack where thread_id = ${threadId} and strpos(states, ${since}) > 0
    ) own`;
  await sql`
    with p as (
      delete from baton.checkpoint_pack where thread_id = ${threadId} ${since === undefined ? sql`` : sql`and first_seq >= (${from})`}
      returning thread_id, checkpoint_ns, states
    )
    insert into baton.checkpoint
      (thread_id, checkpoint_ns, checkpoint_id, parent_id, seq, checkpoint, metadata, created_at)
    overriding system value
    select p.thread_id, p.checkpoint_ns, line.id, line.parent, line.seq, line.checkpoint, line.metadata,
      coalesce((line.checkpoint ->> 'ts')::timestamptz, now())
    from p ${packLines()}
    on conflict do nothing`.execute(db);
}
