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
    ), ends as (
      select run_id, max(seq) as seq from baton.event where thread_id = ${threadId} group by run_id
    ), gone as (
      delete from baton.event e using ends
      where e.thread_id = ${threadId} and e.run_id = ends.run_id and e.seq < ends.seq
        and e.run_id not in (select run_id from kept)
      returning 1
    )
    select count(*) as gone from gone`.execute(db);
  return rows[0]?.gone ?? 0;
}
