import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from '@langchain/langgraph-sdk';
import { within } from '../../src/bus/within.ts';
import { silentMs } from './insist.ts';
import { question } from './script.ts';
import type { TurnRecord, Watching } from './turn-record.ts';
import type { World } from './world.ts';

type Parts = AsyncIterable<{ id?: string; event: string; data: unknown }>;

/** Posts a turn and watches it with LangGraph's own client, which comes back by itself; where it gives up, it is asked to join. */
export async function watchWithSdk(world: World, record: TurnRecord, watching: Watching): Promise<void> {
  const client = new Client({
    apiUrl: world.url,
    defaultHeaders: { 'idempotency-key': record.label },
    callerOptions: { fetch: countReturns(watching) },
  });
  while (!watching.ended) {
    world.deadline.throwIfAborted();
    const leave = new AbortController();
    const signal = AbortSignal.any([world.deadline, leave.signal]);
    try {
      await keep(watching, (record.runId ? rejoin : post)(client, record, watching, signal), leave);
      watching.ended = true;
    } catch (error) {
      world.deadline.throwIfAborted();
      const { status } = error as { status?: number }; // of the client's own errors
      if (status !== undefined && status < 500 && status !== 429) throw error;
      watching.gaveUp += 1;
      await sleep(300);
    }
  }
}

/** The client's way out: whatever it does not post, it comes back for. */
function countReturns(watching: Watching): typeof fetch {
  return (url, init) => {
    if (init?.method === 'GET') watching.returns += 1;
    return fetch(url, init);
  };
}

function post(client: Client, record: TurnRecord, { modes }: Watching, signal: AbortSignal): Parts {
  record.posts += 1;
  return client.runs.stream(record.threadId, 'desk', {
    input: { messages: [{ role: 'user', content: question(record.label, record.plan) }] },
    metadata: { label: record.label },
    ifNotExists: 'create',
    onDisconnect: 'continue',
    multitaskStrategy: 'enqueue',
    streamMode: modes as 'values'[], // its types want the modes one by one
    signal,
    onRunCreated({ run_id }) {
      record.acceptedAt ??= performance.now();
      record.runId ??= run_id;
    },
  });
}

function rejoin(
  client: Client,
  { threadId, runId = '' }: TurnRecord,
  { frames, modes }: Watching,
  signal: AbortSignal,
): Parts {
  return client.runs.joinStream(threadId, runId, {
    lastEventId: frames.at(-1)?.id ?? '-1',
    streamMode: modes as 'values'[], // its types want the modes one by one
    signal,
  });
}

/** Takes frames until the stream ends. A connection that is dead before its second heartbeat is one that the client waits on for ever. */
async function keep(watching: Watching, parts: Parts, leave: AbortController): Promise<void> {
  const iterator = parts[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await within(silentMs, 'the next frame', iterator.next());
      if (next.done) return;
      const { id, event, data } = next.value;
      watching.frames.push({ ...(id !== undefined && { id }), event, data: JSON.stringify(data) });
    }
  } finally {
    leave.abort();
  }
}
