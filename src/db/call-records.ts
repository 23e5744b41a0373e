import { type Kysely, sql } from 'kysely';
import type { Json } from '../message.ts';
import type { Schema } from './schema.ts';

/** What a call of a tool returned. */
export interface RecordedResult {
  status: 'success' | 'error';
  content: string;
  artifact?: Json;
}

export interface CallPlace {
  threadId: string;
  runId: string;
  callId: string;
  /** Of the message that called, the call and its arguments. */
  key: string;
  tool: string;
}

/** How far a call is: begun just now, begun before without a known result, or done. */
export type CallStart = 'first' | 'begun' | RecordedResult;

/** Says that a call begins, unless it has begun or ended before. */
export async function startCall(db: Kysely<Schema>, call: CallPlace): Promise<CallStart> {
  const { rows } = await sql<{ fresh: boolean; result: RecordedResult | null }>`
    with added as (
      insert into baton.call_record (thread_id, call_key, call_id, run_id, tool)
      values (${call.threadId}, ${call.key}, ${call.callId}, ${call.runId}, ${call.tool})
      on conflict (thread_id, call_key) do nothing
      returning call_key
    )
    select true as fresh, null::json as result from added
    union all
    select false, result from baton.call_record where thread_id = ${call.threadId} and call_key = ${call.key}`.execute(
    db,
  );
  const [found] = rows;
  if (!found) return 'begun'; // somebody began it while this statement ran
  return found.fresh ? 'first' : (found.result ?? 'begun');
}

/** Records what a call returned. False when something is recorded already: that counts. */
export async function finishCall(
  db: Kysely<Schema>,
  { threadId, key }: Pick<CallPlace, 'threadId' | 'key'>,
  result: RecordedResult,
): Promise<boolean> {
  const done = await db
    .updateTable('baton.call_record')
    .set({ result: JSON.stringify(result), ended_at: sql`now()` })
    .where('thread_id', '=', threadId)
    .where('call_key', '=', key)
    .where('result', 'is', null)
    .executeTakeFirst();
  return done.numUpdatedRows > 0n;
}

export async function readCallRecords(
  db: Kysely<Schema>,
  threadId: string,
  keys: string[],
): Promise<{ key: string; result: RecordedResult | null }[]> {
  const rows = await db
    .selectFrom('baton.call_record')
    .select(['call_key', 'result'])
    .where('thread_id', '=', threadId)
    .where('call_key', 'in', keys)
    .execute();
  return rows.map(({ call_key, result }) => ({ key: call_key, result: result as RecordedResult | null })); // written by finishCall
}
