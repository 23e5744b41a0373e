import { type Kysely, sql } from 'kysely';
import type { Schema } from './schema.ts';

/**
 * Deletes the log of runs of a thread that ended more than `days` ago, but for each run's last event, and for the
 * newest run, whose log stays whole. The numbers of events count on. Returns how many events went.
 */
export async function trimLog(db: Kysely<Schema>, threadId: string, days: number): Promise<number> {
  const { rows } = await sql<{ gone: number }>`
    with kept as (
      select run_id from baton.run
      where thread_id = ${threadId} and (
        status in ('pending', 'running') or updated_at > now() - make_interval(days => ${days})
        or run_id = (
          select run_id from baton.run where thread_id = ${threadId} order by created_at desc, run_id desc limit 1
        )
      )
    ), old as materialized (
      select first_seq, last_seq, last_seq = max(last_seq) over (partition by run_id) as is_end
      from baton.event where thread_id = ${threadId} and run_id not in (select run_id from kept)
    ), gone as (
      delete from baton.event e using old
      where e.thread_id = ${threadId} and e.first_seq = old.first_seq and not old.is_end
    ), cut as (
      update baton.event e set first_seq = e.last_seq, events = split_part(e.events, E'\n', -1)
      from old where e.thread_id = ${threadId} and e.first_seq = old.first_seq and old.is_end and e.first_seq < e.last_seq
    )
    select coalesce(sum(last_seq - first_seq + 1) - count(*) filter (where is_end), 0)::int8 as gone from old`.execute(
    db,
  );
  return rows[0]?.gone ?? 0;
}
