import { type Kysely, type RawBuilder, sql } from 'kysely';
import { areSound, givenStates, storeStates } from '../../checkpoint/store-states.ts';
import { toRows } from '../../db/event-rows.ts';
import type { Schema } from '../../db/schema.ts';
import type { Batch } from './batch.ts';
import { type ClaimSql, foldLogs, isNotFolded, lockEnds, mayEnd, writeEnds } from './end-sql.ts';

/**
 * Writes what several runs of one tenant have to write, each wholly or not at all, in one statement and so in one round trip. Returns for each
 * batch its thread's last number, and undefined where it was left out.
 *
 * The log of a run that ends becomes one row, unless another run wrote in between or it is long. Until then it has one a batch.
 *
 * A run is left out when anything is not as its batch takes it to be: the thread's owner or last number, the claim or the state of a run
 * that ends, a version that a checkpoint goes on from; and when somebody has its rows locked, so that nobody waits for another run's
 * thread. Whoever was left out is to be written by `writeAlone`, which finds out why. Rejects, with nothing written, when one of the
 * rows cannot be stored.
 */
export async function writeBatches(
  db: Kysely<Schema>,
  batches: Batch[],
  claims: ClaimSql,
): Promise<(number | undefined)[]> {
  const ends = batches.some(({ end }) => end);
  const { rows } = await sql<{ at: number; last_seq: number }>`
    with given as materialized (
      select * from json_to_recordset(${JSON.stringify(batches.map(toGiven))}::json) as given (at int, thread_id uuid,
        run_id uuid, owner text, after bigint, many int, status text, thread_status text, retry_count int)
      where ${fewOnly}
    ), locked as materialized (
      select given.* from baton.thread t join given on given.thread_id = t.thread_id
      where t.owner = given.owner and t.last_seq = given.after
      order by t.thread_id for no key update of t skip locked
    ), ${givenStates(batches.map(({ checkpoints }) => checkpoints))}${when(ends, lockEnds(claims))}
    , good as materialized (
      select given.* from locked given where ${ends ? mayEnd : sql`true`} and ${areSound()}
    ), entry as materialized (
      select good.at, good.thread_id, good.run_id, good.after + entry.first as first_seq, good.after + entry.last as last_seq, entry.events
      from ${toRows(batches.map(({ events }) => events))} as entry (at, first, last, events) join good using (at)
    )${when(ends, foldLogs)}, added as (
      insert into baton.event (thread_id, first_seq, last_seq, run_id, events)
      select thread_id, first_seq, last_seq, run_id, events from entry ${when(ends, isNotFolded)}
    ), ${storeStates()}, moved as (
      update baton.thread t set last_seq = t.last_seq + good.many
      from good where t.thread_id = good.thread_id and good.status is null
      returning good.at, t.last_seq
    )${when(ends, writeEnds(claims))}
    select at, last_seq from moved ${when(ends, sql`union all select at, last_seq from left_idle`)}`.execute(
    db,
  );
  const written = new Map(rows.map(({ at, last_seq }) => [at, last_seq])); // two tries of one run may be here, of which one has lost it
  return batches.map((_, at) => written.get(at));
}

/**
 * PostgreSQL takes every JSON list for a hundred rows, and would read all threads for so many; for a range of a number that it knows nothing of
 * it takes few, and looks each of them up.
 */
const fewOnly = sql`at between 0 and 1000000`;

/** A part of a statement that is there only where it has something to do: each part takes time, with or without rows. */
function when(condition: boolean, part: RawBuilder<unknown>): RawBuilder<unknown> {
  return condition ? part : sql``;
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
