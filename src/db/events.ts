import { type Kysely, sql } from 'kysely';
import type { LoggedEvent, TurnEvent } from '../turn-event.ts';
import type { Schema } from './schema.ts';

/**
 * Writes events at the end of a thread's log, in one statement, and returns the number of the last one.
 * The numbers have no gaps: the thread's row gives them out, locked for as long as the statement runs.
 * Rejects when the thread is gone. The types come beside the data because Postgres cannot read a field of
 * a `json` that holds `\u0000` somewhere.
 */
export async function appendEvents(
  db: Kysely<Schema>,
  { threadId, runId }: { threadId: string; runId: string },
  events: TurnEvent[],
): Promise<number> {
  const { rows } = await sql<{ last_seq: number }>`
    with moved as (
      update baton.thread set last_seq = last_seq + ${events.length}::bigint, updated_at = now()
      where thread_id = ${threadId} returning last_seq
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
  if (!row) throw new Error(`The thread ${threadId} is gone.`);
  return row.last_seq;
}

/** The events of a run after `seq`, at most `limit`, in order. */
export async function readEvents(
  db: Kysely<Schema>,
  { runId, after, limit }: { runId: string; after: number; limit: number },
): Promise<LoggedEvent[]> {
  const rows = await db
    .selectFrom('baton.event')
    .select(['thread_id', 'seq', 'run_id', 'data'])
    .where('run_id', '=', runId)
    .where('seq', '>', after)
    .orderBy('seq')
    .limit(limit)
    .execute();
  return rows.map(({ thread_id, seq, run_id, data }) => ({
    ...(data as unknown as TurnEvent), // written by appendEvents
    threadId: thread_id,
    runId: run_id,
    seq,
  }));
}
