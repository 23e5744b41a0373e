import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { LoggedEvent } from '../turn-event.ts';
import { type EventRow, eventsAfter, type TimedEvent, toRows } from './event-rows.ts';
import type { Schema } from './schema.ts';

/** Whose events they are, and where they belong. */
export interface LogEnd {
  threadId: string;
  runId: string;
  /** Who must own the thread; absent: anybody may write. */
  owner?: string;
  /** The number of the log's last event, as the owner knows it: then a batch that is tried again is written once. */
  after?: number;
}

/**
 * Writes events at the end of a thread's log, in one statement, and returns the number of the last one.
 * The numbers have no gaps: the thread's row gives them out, locked for as long as the statement runs.
 * Rejects with a `LostThreadError` when the thread is gone, or has another owner than the one given.
 */
export async function appendEvents(db: Kysely<Schema>, end: LogEnd, events: TimedEvent[]): Promise<number> {
  const { threadId, runId, owner, after } = end;
  const isOwner = owner === undefined ? sql`true` : sql`owner = ${owner}`;
  const isNext = after === undefined ? sql`true` : sql`last_seq = ${after}::bigint`;
  const { rows } = await sql<{ last_seq: number }>`
    with moved as (
      update baton.thread set last_seq = last_seq + ${events.length}::bigint
      where thread_id = ${threadId} and ${isOwner} and ${isNext} returning last_seq - ${events.length}::bigint as before, last_seq
    ), added as (
      insert into baton.event (thread_id, first_seq, last_seq, run_id, events)
      select ${threadId}::uuid, before + entry.first, before + entry.last, ${runId}::uuid, entry.events
      from moved, ${toRows([events])} as entry (at, first, last, events)
    )
    select last_seq from moved`.execute(db);
  return rows[0]?.last_seq ?? appendBehind(db, end, events);
}

/**
 * The log does not end where the owner thought. Either the batch stands there already: it was written, and the answer was lost with its
 * connection. Or others wrote, of runs that were stopped before they began, and the batch comes behind that.
 */
async function appendBehind(db: Kysely<Schema>, end: LogEnd, events: TimedEvent[]): Promise<number> {
  const { threadId, runId, owner, after } = end;
  const { rows } = await sql<{ owner: string | null; last_seq: number; written: number | null }>`
    select owner, last_seq,
      (select max(last_seq) from baton.event
        where thread_id = ${threadId} and run_id = ${runId} and last_seq > ${after ?? 0}::bigint) as written
    from baton.thread where thread_id = ${threadId}`.execute(db);
  const [found] = rows;
  if (!found || after === undefined || found.owner !== owner)
    throw new LostThreadError(`The thread ${threadId} is gone, or somebody else's.`);
  return found.written ?? appendEvents(db, { ...end, after: found.last_seq }, events);
}

/** Who wanted to write to a thread may not, or not any more. */
export class LostThreadError extends Error {
  override name = 'LostThreadError';
}

/** The events of a run after `seq`, at most `limit`, in order. */
export function readEvents(
  db: Kysely<Schema>,
  { runId, after, limit }: { runId: string; after: number; limit: number },
): Promise<LoggedEvent[]> {
  return read(db, sql`run_id = ${runId}`, after, limit);
}

/** The events of a thread after `seq`, of all its runs, at most `limit`, in order. */
export function readThreadEvents(
  db: Kysely<Schema>,
  { threadId, after, limit }: { threadId: string; after: number; limit: number },
): Promise<LoggedEvent[]> {
  return read(db, sql`thread_id = ${threadId}`, after, limit);
}

/**
 * Begins with the last row that begins at the next event or before: it may have been read in part, and a run's rows may have become one
 * since. Rows of a thread never overlap.
 */
async function read(
  db: Kysely<Schema>,
  isWanted: RawBuilder<unknown>,
  after: number,
  limit: number,
): Promise<LoggedEvent[]> {
  const { rows } = await sql<EventRow & { thread_id: string; run_id: string }>`
    select thread_id, run_id, first_seq, events from (
      select *, sum(last_seq - greatest(first_seq - 1, ${after}::bigint)) over (order by first_seq rows unbounded preceding)
        - (last_seq - greatest(first_seq - 1, ${after}::bigint)) as events_before
      from (
        select thread_id, run_id, first_seq, last_seq, events from baton.event
        where ${isWanted} and last_seq > ${after}::bigint and first_seq >= coalesce((
          select max(first_seq) from baton.event where ${isWanted} and first_seq <= ${after}::bigint + 1), 0)
        order by first_seq limit ${limit}
      ) as next
    ) as counted
    where events_before < ${limit} order by first_seq`.execute(db);
  const read: LoggedEvent[] = [];
  for (const row of rows)
    for (const event of eventsAfter(row, after, limit - read.length))
      read.push({ ...event, threadId: row.thread_id, runId: row.run_id });
  return read;
}
