import { type RawBuilder, sql } from 'kysely';
import { longestRow } from '../../db/event-rows.ts';

/** The queue's part of the statement: see `Queue`. */
export interface ClaimSql {
  /** Ids of the jobs of `given` whose claim holds, locked, as a `select`. */
  heldClaims: RawBuilder<unknown>;
  /** Deletes the jobs of `good` that end, as a statement. */
  endClaims: RawBuilder<unknown>;
}

/** Finds and locks what has to be there for the runs of `given` that end. */
export const lockEnds = ({ heldClaims }: ClaimSql) => sql`
    , ending as materialized (
      select r.run_id from baton.run r join given on given.run_id = r.run_id
      where given.status is not null and r.status = 'running' and r.cancel is distinct from 'rollback'
      order by r.run_id for no key update of r skip locked
    ), claimed as materialized (${heldClaims})`;

/** Whether a run of `given` goes on, or may end. */
export const mayEnd = sql`
  (given.status is null or (given.run_id in (select run_id from ending) and given.run_id in (select id from claimed)))`;

/**
 * Makes the rows of a run that ends, with the `entry` that it ends with, its first row: see `foldLog`. Those that are not to be folded are not in `log`.
 */
export const foldLogs = sql`
    , log as materialized (
      select good.at, good.run_id, min(e.first_seq) as first_seq, string_agg(e.events, E'\n' order by e.first_seq) as events
      from good join baton.event e on e.run_id = good.run_id and e.thread_id = good.thread_id
      where good.status is not null
      group by good.at, good.run_id, good.after
      having sum(e.last_seq - e.first_seq + 1) = good.after - min(e.first_seq) + 1
        and sum(octet_length(e.events)) <= ${sql.lit(longestRow)}
        and (select count(*) from entry where entry.at = good.at) = 1
    ), folded as (
      update baton.event e set last_seq = entry.last_seq, events = log.events || E'\n' || entry.events
      from log join entry using (at) where e.run_id = log.run_id and e.first_seq = log.first_seq
    ), gone as (
      delete from baton.event e using log where e.run_id = log.run_id and e.first_seq > log.first_seq
    )`;

export const isNotFolded = sql`where at not in (select at from log)`;

/** Ends runs with their claims and their hold on their threads. */
export const writeEnds = ({ endClaims }: ClaimSql) => sql`
    , ended as (
      update baton.run r set status = good.status, updated_at = now(), ended_at = now()
      from good where r.run_id = good.run_id and good.status is not null
    ), freed as (${endClaims}
    ), left_idle as (
      update baton.thread t
      set last_seq = t.last_seq + good.many, updated_at = now(), owner = null,
        temporary = t.temporary and good.thread_status <> 'interrupted',
        status = case
          when exists (
            select from baton.run r
            where r.thread_id = t.thread_id and r.run_id <> good.run_id and r.status in ('pending', 'running')
          ) then 'busy' else good.thread_status end
      from good where t.thread_id = good.thread_id and good.status is not null
      returning good.at, t.last_seq
    )`;
