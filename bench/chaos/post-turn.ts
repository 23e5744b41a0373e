import { insist, mustBeGood, silentMs, waitMs } from './insist.ts';
import { question } from './script.ts';
import type { TurnRecord } from './turn-record.ts';
import type { World } from './world.ts';

/** The body that starts a turn. */
export function bodyOf({ label, plan }: TurnRecord, more: object = {}): object {
  return {
    assistant_id: 'desk',
    input: { messages: [{ role: 'user', content: question(label, plan) }] },
    metadata: { label },
    if_not_exists: 'create',
    on_disconnect: 'continue',
    multitask_strategy: 'enqueue',
    ...more,
  };
}

/** Posts the turn under its key until it is answered, and notes which run it is. `end` is what to do where the run starts. */
export function postTurn<T>(
  world: World,
  record: TurnRecord,
  { path, body, read }: { path: string; body: object; read: (response: Response) => Promise<T> },
): Promise<T> {
  return insist(world, async (signal) => {
    const silent = AbortSignal.timeout(path.endsWith('/wait') ? waitMs : silentMs);
    record.posts += 1;
    const response = await fetch(`${world.url}/threads/${record.threadId}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': record.label },
      body: JSON.stringify(body),
      signal: AbortSignal.any([signal, silent]),
    });
    await mustBeGood(world, response);
    noteRun(record, response);
    return read(response);
  });
}

/** Notes the run that the answer names; a second answer that names another one is kept, to be found at the end. */
export function noteRun(record: TurnRecord, { headers }: Pick<Response, 'headers'>): void {
  const runId = /\/runs\/([0-9a-f-]{36})/.exec(headers.get('content-location') ?? '')?.[1];
  if (!runId) return;
  record.acceptedAt ??= performance.now();
  record.runId ??= runId;
  if (record.runId !== runId) record.failure ??= `the same key gave two runs: ${record.runId} and ${runId}`;
}
