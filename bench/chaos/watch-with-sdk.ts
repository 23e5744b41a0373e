import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from '@langchain/langgraph-sdk';
import { question } from './script.ts';
import type { TurnRecord, Watching } from './turn-record.ts';
import type { World } from './world.ts';

type Parts = AsyncIterable<{ id?: string; event: string; data: unknown }>;

/** Posts a turn and watches it with LangGraph's own client, which comes back by itself; where it gives up, it is asked to join. */
export async function watchWithSdk(world: World, record: TurnRecord, watching: Watching): Promise<void> {
  const client = new Client({ apiUrl: world.url, defaultHeaders: { 'idempotency-key': record.label } });
  while (!watching.ended) {
    world.deadline.throwIfAborted();
    try {
      await keep(
        watching,
        record.runId ? rejoin(client, world, record, watching) : post(client, world, record, watching),
      );
      watching.ended = true;
    } catch (error) {
      world.deadline.throwIfAborted();
      const { status } = error as { status?: number }; // of the client's own errors
      if (status !== undefined && status < 500 && status !== 429) throw error;
      watching.returns += 1;
      await sleep(300);
    }
  }
}

function post(client: Client, world: World, record: TurnRecord, { modes }: Watching): Parts {
  record.posts += 1;
  return client.runs.stream(record.threadId, 'desk', {
    input: { messages: [{ role: 'user', content: question(record.label, record.plan) }] },
    metadata: { label: record.label },
    ifNotExists: 'create',
    onDisconnect: 'continue',
    multitaskStrategy: 'enqueue',
    streamMode: modes as 'values'[], // its types want the modes one by one
    signal: world.deadline,
    onRunCreated({ run_id }) {
      record.acceptedAt ??= performance.now();
      record.runId ??= run_id;
    },
  });
}

function rejoin(
  client: Client,
  world: World,
  { threadId, runId = '' }: TurnRecord,
  watching: Watching,
): Parts {
  const lastEventId = watching.frames.at(-1)?.id ?? '-1';
  return client.runs.joinStream(threadId, runId, {
    lastEventId,
    streamMode: watching.modes as 'values'[], // its types want the modes one by one
    signal: world.deadline,
  });
}

async function keep(watching: Watching, parts: Parts): Promise<void> {
  for await (const { id, event, data } of parts) {
    watching.frames.push({ ...(id !== undefined && { id }), event, data: JSON.stringify(data) });
  }
}
