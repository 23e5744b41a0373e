import { createHash } from 'node:crypto';
import { type CallPlace, type RecordedResult, startCall } from '../db/call-records.ts';
import { patiently } from '../db/patiently.ts';
import type { Call } from '../message.ts';
import type { Tool } from './define-tool.ts';
import { endCall } from './end-call.ts';
import { runTool, type ToolPlace } from './run-tool.ts';
import type { Machine } from './seat.ts';

/** What a call is known by wherever it is carried out: the message that called, its id and its arguments. */
export function callKey(messageId: string, { id, args }: Pick<Call, 'id' | 'args'>): string {
  return createHash('sha256')
    .update(JSON.stringify([messageId, id, args]))
    .digest('hex');
}

/**
 * Runs a tool such that what it changes is changed once, also when the process dies in between and another goes on: the call
 * and its result are recorded, and whoever comes to the same call again reads the record. A call that was begun and whose result
 * nobody knows is carried out again only where that does no harm: see `Tool.changes`.
 */
export async function runOnce(
  machine: Machine,
  tool: Tool,
  call: Call,
  place: ToolPlace,
): Promise<RecordedResult> {
  const { changes = 'world' } = tool;
  if (changes === 'nothing') return runTool(machine, tool, call, place);
  const record = recordOf(call, place);
  const start = await startCall(machine.database.db, record);
  if (typeof start === 'object') return start;
  if (start === 'begun' && changes === 'world') return unknownOutcome;
  const result = await runTool(machine, tool, call, { ...place, record });
  const end = () => machine.database.db.transaction().execute((trx) => endCall(trx, call, record, result));
  const first = await patiently(end, { forMs: 10_000 });
  return first ? result : recorded(machine, record, result);
}

/** A tool that commits has its result recorded by then; where somebody else was first, that result counts. */
async function recorded(
  machine: Machine,
  record: CallPlace,
  result: RecordedResult,
): Promise<RecordedResult> {
  const known = await startCall(machine.database.db, record);
  return typeof known === 'object' ? known : result;
}

function recordOf(call: Call, { messageId, config }: ToolPlace): CallPlace {
  const { thread_id, run_id, owner } = config.configurable ?? {};
  return {
    threadId: String(thread_id),
    runId: String(run_id),
    callId: call.id,
    key: callKey(messageId, call),
    tool: call.name,
    ...(owner !== undefined && { owner: String(owner) }),
  };
}

const unknownOutcome: RecordedResult = {
  status: 'error',
  content:
    'It is not known whether this call was carried out: the service stopped while it ran, and it was not run again. ' +
    'Find out before you call it again.',
};
