import type { Kysely } from 'kysely';
import { recordAction } from '../audit/record.ts';
import { type CallPlace, finishCall, type RecordedResult } from '../db/call-records.ts';
import type { Schema } from '../db/schema.ts';
import type { Call } from '../message.ts';

/**
 * Records what a call returned that changes something, and that it was made, both or neither. False when something is recorded
 * already: that counts. To be called in a transaction, at its end.
 */
export async function endCall(
  trx: Kysely<Schema>,
  { name, args }: Pick<Call, 'name' | 'args'>,
  record: CallPlace,
  result: RecordedResult,
): Promise<boolean> {
  const first = await finishCall(trx, record, result);
  if (!first) return false;
  await recordAction(trx, {
    action: 'tool-call',
    target: { type: 'tool', id: name },
    details: { call: record.callId, args, run: record.runId, thread: record.threadId },
    outcome: result.status === 'success' ? 'ok' : 'failed',
  });
  return true;
}
