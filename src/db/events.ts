import { type Kysely, sql } from 'kysely';
import type { LoggedEvent, TurnEvent } from '../turn-event.ts';
import type { Schema } from './schema.ts';

/** An event, and when it happened, in milliseconds since 1970. */
export type TimedEvent = TurnEvent & { at: number };

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
 * Rejects with a `LostThreadError` when the thread is gone, or has another owner than the one given. The types come beside the data because Postgres cannot read a field of
 * a `json` that holds `\u0000` somewhere.
 */
export async function appendEvents(db: Kysely<Schema>, end: LogEnd, events: TimedEvent[]): Promise<number> {
  const { threadId, runId, owner, after } = end;
  const isOwner = owner === undefined ? sql`true` : sql`owner = ${owner}`;
  const isNext = after === undefined ? sql`true` : sql`last_seq = ${after}::bigint`;
  const { rows } = await sql<{ last_seq: number }>`
    with moved as (
      update baton.thread set last_seq = last_seq + ${events.length}::bigint, updated_at = now()
      where thread_id = ${threadId} and ${isOwner} and ${isNext} returning last_seq
    ), added as (
      insert into baton.event (thread_id, seq, run_id, type, data)
      select ${threadId}::uuid, moved.last_seq - ${events.length}::bigint + entry.place, ${runId}::uuid, entry.type, entry.data
      from moved, rows from (
        json_array_elements_text(${JSON.stringify(events.map(({ type }) => type))}::json),
        json_array_elements(${JSON.stringify(events)}::json)
      ) with ordinality as entry (type, data, place)
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
      (select max(seq) from baton.event where thread_id = ${threadId} and run_id = ${runId} and seq > ${after ?? 0}::bigint) as written
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
export async function readEvents(
  db: Kysely<Schema>,
  { runId, after, limit }: { runId: string; after: number; limit: number },
): Promise<LoggedEvent[]> {
  const rows = await selectEvents(db)
    .where('run_id', '=', runId)
    .where('seq', '>', after)
    .limit(limit)
    .execute();
  return rows.map(toLogged);
}

/** The events of a thread after `seq`, of all its runs, at most `limit`, in order. */
export async function readThreadEvents(
  db: Kysely<Schema>,
  { threadId, after, limit }: { threadId: string; after: number; limit: number },
): Promise<LoggedEvent[]> {
  const rows = await selectEvents(db)
    .where('thread_id', '=', threadId)
    .where('seq', '>', after)
    .limit(limit)
    .execute();
  return rows.map(toLogged);
}

function selectEvents(db: Kysely<Schema>) {
  return db
    .selectFrom('baton.event')
    .select(['thread_id', 'seq', 'run_id', 'data', 'created_at'])
    .orderBy('seq');
}

type EventRow = Awaited<ReturnType<ReturnType<typeof selectEvents>['execute']>>[number];

function toLogged({ thread_id, seq, run_id, data, created_at }: EventRow): LoggedEvent {
  const event = data as unknown as TimedEvent; // written by appendEvents
  return { ...event, at: event.at ?? created_at.getTime(), threadId: thread_id, runId: run_id, seq };
}
