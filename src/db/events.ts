import { type Kysely, sql } from 'kysely';
import type { LoggedEvent, TurnEvent } from '../turn-event.ts';
import type { Schema } from './schema.ts';

/** An event, and when it happened, in milliseconds since 1970. */
export type TimedEvent = TurnEvent & { at: number };

/**
 * Writes events at the end of a thread's log, in one statement, and returns the number of the last one.
 * The numbers have no gaps: the thread's row gives them out, locked for as long as the statement runs.
 * Rejects with a `LostThreadError` when the thread is gone, or has another owner than the one given. The types come beside the data because Postgres cannot read a field of
 * a `json` that holds `\u0000` somewhere.
 */
export async function appendEvents(
  db: Kysely<Schema>,
  { threadId, runId, owner }: { threadId: string; runId: string; owner?: string },
  events: TimedEvent[],
): Promise<number> {
  const mayWrite = owner === undefined ? sql`true` : sql`owner = ${owner}`;
  const { rows } = await sql<{ last_seq: number }>`
    with moved as (
      update baton.thread set last_seq = last_seq + ${events.length}::bigint, updated_at = now()
      where thread_id = ${threadId} and ${mayWrite} returning last_seq
    ), added as (
      insert into baton.event (thread_id, seq, run_id, type, data)
      select ${threadId}::uuid, moved.last_seq - ${events.length}::bigint + entry.place, ${runId}::uuid, entry.type, entry.data
      from moved, rows from (
        json_array_elements_text(${JSON.stringify(events.map(({ type }) => type))}::json),
        json_array_elements(${JSON.stringify(events)}::json)
      ) with ordinality as entry (type, data, place)
    )
    select last_seq from moved`.execute(db);
  const [row] = rows;
  if (!row) throw new LostThreadError(`The thread ${threadId} is gone, or somebody else's.`);
  return row.last_seq;
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
