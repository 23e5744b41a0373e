import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Schema } from '../../db/schema.ts';
import type { Batch } from './batch.ts';

/** The queue's part of the statement: see `Queue`. */
export interface ClaimSql {
  /** Ids of the jobs of `given` whose claim holds, locked, as a `select`. */
  heldClaims: RawBuilder<unknown>;
  /** Deletes the jobs of `good` that end, as a statement. */
  endClaims: RawBuilder<unknown>;
}

/**
 * Writes what several runs of one tenant have to write, each wholly or not at all, in one statement and so in one round trip, and
 * returns the threads' last numbers for those that were written.
 *
 * A run is left out when anything is not as its batch takes it to be: the thread's owner or last number, the claim or the state of a run
 * that ends, a version that a checkpoint goes on from; and when somebody has its rows locked, so that nobody waits for another run's
 * thread. Whoever was left out is to be written by `writeAlone`, which finds out why. Rejects, with nothing written, when one of the
 * rows cannot be stored.
 */
export async function writeBatches(
  db: Kysely<Schema>,
  batches: Batch[],
  { heldClaims, endClaims }: ClaimSql,
): Promise<Map<string, number>> {
  const events = batches.flatMap((batch, at) =>
    batch.events.map((event, place) => ({ at, seq: batch.after + 1 + place, event })),
  );
  const { rows } = await sql<{ thread_id: string; last_seq: number }>`
    with given as materialized (
      select * from json_to_recordset(${JSON.stringify(batches.map(toGiven))}::json) as given (at int, thread_id uuid,
        run_id uuid, owner text, after bigint, many int, status text, thread_status text, retry_count int)
    ), locked as materialized (
      select t.thread_id from baton.thread t join given on given.thread_id = t.thread_id
      where t.owner = given.owner and t.last_seq = given.after
      order by t.thread_id for no key update of t skip locked
    ), ending as materialized (
      select r.run_id from baton.run r join given on given.run_id = r.run_id
      where given.status is not null and r.status = 'running' and r.cancel is distinct from 'rollback'
      order by r.run_id for no key update of r skip locked
    ), claimed as materialized (${heldClaims}
    ), state as materialized (
      select * from json_to_recordset(${JSON.stringify(batches.flatMap(toCheckpoints))}::json) as state (at int, place int,
        checkpoint_ns text, checkpoint_id text, parent_id text, checkpoint text, metadata text)
    ), value as materialized (
      select * from json_to_recordset(${JSON.stringify(batches.flatMap(toValues))}::json) as value (at int,
        checkpoint_ns text, channel text, version text, data text, chain text, chain_start int, chain_end int, chain_from int, base jsonb,
        after text, after_here boolean)
    ), good as materialized (
      select given.* from given join locked using (thread_id)
      where (given.status is null or (given.run_id in (select run_id from ending)
          and given.run_id in (select id from claimed)))
        and not exists (
          select from value
          where value.at = given.at and value.after is not null and not value.after_here and not exists (
            select from baton.checkpoint_value stored
            where (stored.thread_id, stored.checkpoint_ns) = (given.thread_id::text, value.checkpoint_ns)
              and stored.channel = value.channel and stored.version = value.after))
    ), events as (
      insert into baton.event (thread_id, seq, run_id, type, data)
      select good.thread_id, entry.seq::bigint, good.run_id, entry.type, entry.data
      from rows from (
        json_array_elements_text(${JSON.stringify(events.map(({ at }) => at))}::json),
        json_array_elements_text(${JSON.stringify(events.map(({ seq }) => seq))}::json),
        json_array_elements_text(${JSON.stringify(events.map(({ event }) => event.type))}::json),
        json_array_elements(${JSON.stringify(events.map(({ event }) => event))}::json)
      ) as entry (at, seq, type, data) join good on good.at = entry.at::int
    ), states as (
      insert into baton.checkpoint (thread_id, checkpoint_ns, checkpoint_id, parent_id, checkpoint, metadata)
      select good.thread_id, checkpoint_ns, checkpoint_id, parent_id, checkpoint::json, metadata::jsonb
      from state join good using (at) order by state.at, state.place
    ), stored as (
      insert into baton.checkpoint_value
        (thread_id, checkpoint_ns, channel, version, data, chain, chain_start, chain_end, chain_from, base)
      select good.thread_id, checkpoint_ns, channel, version, data, chain, chain_start, chain_end, coalesce(chain_from, 0), base
      from value join good using (at)
    ), ended as (
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
      returning t.thread_id, t.last_seq
    ), moved as (
      update baton.thread t set last_seq = t.last_seq + good.many, updated_at = now()
      from good where t.thread_id = good.thread_id and good.status is null
      returning t.thread_id, t.last_seq
    )
    select thread_id, last_seq from left_idle union all select thread_id, last_seq from moved`.execute(db);
  return new Map(rows.map(({ thread_id, last_seq }) => [thread_id, last_seq]));
}

function toGiven({ threadId, runId, owner, after, events, end }: Batch, at: number): object {
  return {
    at,
    thread_id: threadId,
    run_id: runId,
    owner,
    after,
    many: events.length,
    status: end?.status,
    thread_status: end?.threadStatus,
    retry_count: end?.retryCount,
  };
}

function toCheckpoints({ checkpoints }: Batch, at: number): object[] {
  return checkpoints.map(({ row }, place) => {
    const { thread_id: _, ...rest } = row;
    return { at, place, ...rest };
  });
}

/** `after_here`: the version that an array goes on from is written by the same batch. */
function toValues({ checkpoints }: Batch, at: number): object[] {
  const here = new Set<string>();
  return checkpoints.flatMap(({ row, values }) =>
    values.map((value) => {
      const after_here = value.after !== undefined && here.has(value.after);
      if (value.chain !== undefined) here.add(value.version);
      return { at, checkpoint_ns: row.checkpoint_ns, ...value, after_here };
    }),
  );
}
