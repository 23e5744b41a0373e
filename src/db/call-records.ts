import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Json } from '../message.ts';
import { LostThreadError } from './events.ts';
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
  /** Who must own the thread, where somebody must. */
  owner?: string;
}

/** How far a call is: begun just now, begun before without a known result, or done. */
export type CallStart = 'first' | 'begun' | RecordedResult;

/**
 * Says that a call begins, unless it has begun or ended before. Rejects with a `LostThreadError` when the thread is
 * somebody else's by now: then the call is not to be carried out here.
 */
export async function startCall(db: Kysely<Schema>, call: CallPlace): Promise<CallStart> {
  const { rows } = await sql<{ held: boolean; fresh: boolean; result: RecordedResult | null }>`
    with held as (${holding(call)}), added as (
      insert into baton.call_record (thread_id, call_key, call_id, run_id, tool)
      select ${call.threadId}::uuid, ${call.key}, ${call.callId}, ${call.runId}::uuid, ${call.tool} from held
      on conflict (tenant_id, thread_id, call_key) do nothing
      returning call_key
    )
    select exists (select from held) as held, exists (select from added) as fresh, (
      select result from baton.call_record where thread_id = ${call.threadId} and call_key = ${call.key}
    ) as result`.execute(db);
  const [found] = rows;
  if (!found?.held) throw lost(call);
  return found.fresh ? 'first' : (found.result ?? 'begun');
}

/** Makes sure, to the end of the transaction, that the thread is still its owner's. Rejects with a `LostThreadError` else. */
export async function holdThread(trx: Kysely<Schema>, call: CallPlace): Promise<void> {
  const { rows } = await holding(call).execute(trx);
  if (rows.length === 0) throw lost(call);
}

/** One row while the thread is the owner's, which it stays while the row is locked. */
function holding({ threadId, owner }: CallPlace): RawBuilder<unknown> {
  if (owner === undefined) return sql`select true as held`;
  return sql`select true as held from baton.thread where thread_id = ${threadId}::uuid and owner = ${owner} for share`;
}

function lost({ threadId }: CallPlace): LostThreadError {
  return new LostThreadError(`The thread ${threadId} is gone, or somebody else's.`);
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
