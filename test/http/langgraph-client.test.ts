import { randomUUID } from 'node:crypto';
import { Client, type Message } from '@langchain/langgraph-sdk';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { collect } from '../support/logged-events.ts';
import { call, say, transfer } from '../support/scripted-model.ts';
import { startService, type TestService } from '../support/start-service.ts';

interface Values {
  messages: Message[];
  agent: string;
  __interrupt__?: { id: string; value: unknown }[];
}
interface Part {
  id?: string;
  event: string;
  data: unknown;
}

let service: TestService;
let client: Client;

beforeAll(async () => {
  service = await startService();
  client = new Client({ apiUrl: service.url, apiKey: null, callerOptions: { maxRetries: 0 } });
});
afterAll(() => service.stop());

const input = { messages: [{ role: 'user', content: 'Where is my order 7?' }] };
const allModes = ['values', 'updates', 'messages', 'messages-tuple', 'custom'] as const;

function scriptHandoff() {
  return service.script(
    transfer('clerk', { question: 'Where is 7?' }),
    call('look_up', { order: 7 }),
    say('Order 7 is on its way to you.'),
  );
}

async function makeThread(): Promise<string> {
  return (await client.threads.create()).thread_id;
}

function textsOf({ messages }: { messages: Message[] }): unknown[] {
  return messages.map(({ content }) => content);
}

test('a turn streams through a handoff and a call to its answer, which wait and state give too', async () => {
  const model = scriptHandoff();
  const threadId = await makeThread();
  const parts: Part[] = await collect(
    client.runs.stream(threadId, 'desk', { input, streamMode: [...allModes] }),
  );
  model.done();
  expect(parts[0]).toMatchObject({ event: 'metadata', data: { attempt: 1 } });
  expect(new Set(parts.map(({ event }) => event))).toEqual(
    new Set([
      'metadata',
      'values',
      'updates',
      'messages',
      'messages/metadata',
      'messages/partial',
      'messages/complete',
      'custom',
    ]),
  );
  const last = parts.findLast(({ event }) => event === 'values')?.data as Values;
  expect(last.messages.at(-1)).toMatchObject({
    type: 'ai',
    name: 'clerk',
    content: 'Order 7 is on its way to you.',
  });
  expect((await client.threads.getState<Values>(threadId)).values).toEqual(last);
  expect((await client.threads.get<Values>(threadId)).values).toEqual(last);

  service.script(say('As I said, on its way.'));
  const next = (await client.runs.wait(threadId, 'desk', {
    input: { messages: 'Sure?' },
  })) as unknown as Values;
  expect(next.messages.slice(0, last.messages.length)).toEqual(last.messages);
  expect(textsOf(next).slice(-2)).toEqual(['Sure?', 'As I said, on its way.']);
  expect((await client.threads.getState<Values>(threadId)).values).toEqual(next);
});

test('values of a stream are what the checkpoints hold', async () => {
  service.script(say('Hello.'), say('Again.'));
  const threadId = await makeThread();
  await client.runs.wait(threadId, 'desk', { input });
  const parts: Part[] = await collect(client.runs.stream(threadId, 'desk', { input, streamMode: 'values' }));
  const history = await client.threads.getHistory<Values>(threadId, { limit: 20 });
  const saved = history.map(({ values }) => JSON.stringify(values.messages));
  for (const { data } of parts.filter(({ event }) => event === 'values')) {
    expect(saved).toContain(JSON.stringify((data as Values).messages));
  }
  expect(history[0]?.parent_checkpoint?.checkpoint_id).toBe(history[1]?.checkpoint.checkpoint_id);
  const before = await client.threads.getHistory(threadId, {
    limit: 1,
    before: { configurable: history[0]?.checkpoint } as never,
  }); // typed narrower than the API
  expect(before[0]?.checkpoint.checkpoint_id).toBe(history[1]?.checkpoint.checkpoint_id);
  const first = history.at(-1)?.checkpoint.checkpoint_id ?? '';
  expect((await client.threads.getState(threadId, first)).checkpoint.checkpoint_id).toBe(first);
});

test('a client whose connection breaks misses nothing and sees nothing twice', async () => {
  scriptHandoff();
  const threadId = await makeThread();
  let breaks = 0;
  const breaking: typeof fetch = async (url, init) => {
    const response = await fetch(url, init);
    if (!response.headers.get('content-type')?.includes('event-stream') || breaks >= 1) return response;
    breaks += 1;
    return new Response(breakAfter(response.body, 900), response);
  };
  const shaky = new Client({ apiUrl: service.url, apiKey: null, callerOptions: { fetch: breaking } });
  const seen: Part[] = await collect(
    shaky.runs.stream(threadId, 'desk', { input, streamMode: [...allModes] }),
  );
  expect(breaks).toBe(1);
  const [run] = await client.runs.list(threadId);
  const whole: Part[] = await collect(
    client.runs.joinStream(threadId, run?.run_id ?? '', { streamMode: [...allModes] }),
  );
  expect(seen.map(({ id }) => id)).toEqual(whole.map(({ id }) => id));
  expect(seen).toEqual(whole);
});

/** Passes whole events on until `bytes` are through, then fails as a lost connection does. */
function breakAfter(body: ReadableStream<Uint8Array> | null, bytes: number): ReadableStream<Uint8Array> {
  let passed = 0;
  return (body ?? new ReadableStream()).pipeThrough(
    new TransformStream({
      transform(chunk: Uint8Array, controller) {
        passed += chunk.length;
        if (passed > bytes) controller.error(new TypeError('fetch failed'));
        else controller.enqueue(chunk);
      },
    }),
  );
}

test('a run that was started apart can be joined, listed and looked at', async () => {
  scriptHandoff();
  const threadId = await makeThread();
  const run = await client.runs.create(threadId, 'desk', { input, metadata: { from: 'test' } });
  expect(run).toMatchObject({
    thread_id: threadId,
    metadata: { from: 'test' },
    multitask_strategy: 'enqueue',
  });
  const values = (await client.runs.join(threadId, run.run_id)) as unknown as Values;
  expect(textsOf(values).at(-1)).toBe('Order 7 is on its way to you.');
  expect(await client.runs.get(threadId, run.run_id)).toMatchObject({ status: 'success' });
  expect(await client.runs.list(threadId)).toHaveLength(1);
  expect(await client.runs.list(threadId, { status: 'error' })).toEqual([]);
  await expect(client.runs.get(await makeThread(), run.run_id)).rejects.toThrow('404');
});

test('turns on one thread wait for each other, or are refused when the caller wants that', async () => {
  service.script(call('look_up', { order: 0 }), say('Two.'));
  const threadId = await makeThread();
  const first = await client.runs.create(threadId, 'till', { input });
  await waitsFor(threadId, first.run_id);
  await client.runs.create(threadId, 'till', { command: { resume: 'accept' } });
  const second = await client.runs.create(threadId, 'till', { input });
  await expect(client.runs.create(threadId, 'till', { input, multitaskStrategy: 'reject' })).rejects.toThrow(
    '409',
  );
  expect(await client.threads.get(threadId)).toMatchObject({ status: 'busy' });
  for (const { run_id } of await client.runs.list(threadId, { status: 'running' })) {
    await client.runs.cancel(threadId, run_id, true);
  }
  await client.runs.cancel(threadId, second.run_id, true);
  expect((await client.runs.get(threadId, second.run_id)).status).toMatch(/success|interrupted/);
});

async function waitsFor(threadId: string, runId: string): Promise<void> {
  const values = (await client.runs.join(threadId, runId)) as unknown as Values;
  expect(values.__interrupt__).toHaveLength(1);
}

test('a turn waits for a person and goes on with what the person says', async () => {
  service.script(call('look_up', { order: 7 }), say('It is on its way.'));
  const threadId = await makeThread();
  const parts: Part[] = await collect(
    client.runs.stream(threadId, 'till', { input, streamMode: ['values', 'updates'] }),
  );
  expect(parts.at(-1)?.data).toHaveProperty('__interrupt__');
  const thread = await client.threads.get(threadId);
  expect(thread.status).toBe('interrupted');
  expect(Object.values(thread.interrupts).flat()).toMatchObject([{ value: { type: 'approval' } }]);
  expect((await client.threads.getState(threadId)).next).toEqual(['tools']);
  const resumed = (await client.runs.wait(threadId, 'till', {
    command: { resume: 'accept' },
  })) as unknown as Values;
  expect(textsOf(resumed)).toEqual([
    'Where is my order 7?',
    '',
    'Order 7 is on its way.',
    'It is on its way.',
  ]);
});

test('a run is stopped, and says so to who watches', async () => {
  service.script(transfer('clerk', { question: 'Where is 0?' }), call('look_up', { order: 0 }));
  const threadId = await makeThread();
  const parts: Part[] = [];
  for await (const part of client.runs.stream(threadId, 'desk', {
    input,
    streamMode: 'custom',
  }) as AsyncIterable<Part>) {
    parts.push(part);
    if ((part.data as { looking?: number }).looking !== 0) continue;
    const [run] = await client.runs.list(threadId);
    await client.runs.cancel(threadId, run?.run_id ?? '', true);
  }
  expect(parts.at(-1)).toMatchObject({ event: 'error', data: { error: 'UserInterrupt' } });
  expect(await client.runs.list(threadId)).toMatchObject([{ status: 'interrupted' }]);
});

test('a client that leaves stops its run when it asked for that', async () => {
  service.script(transfer('clerk', { question: 'Where is 0?' }), call('look_up', { order: 0 }));
  const threadId = await makeThread();
  const controller = new AbortController();
  const stream = client.runs.stream(threadId, 'desk', {
    input,
    streamMode: 'custom',
    onDisconnect: 'cancel',
    signal: controller.signal,
  });
  await (async () => {
    for await (const part of stream as AsyncIterable<Part>) {
      if ((part.data as { looking?: number }).looking === 0) controller.abort();
    }
  })().catch(() => undefined);
  const [run] = await client.runs.list(threadId);
  await client.runs.join(threadId, run?.run_id ?? '').catch(() => undefined);
  expect(await client.runs.list(threadId)).toMatchObject([{ status: 'interrupted' }]);
});

test('a run without a thread leaves none behind', async () => {
  const before = await client.threads.count();
  service.script(say('Hello.'), say('Hello again.'));
  const values = (await client.runs.wait(null, 'desk', { input })) as unknown as Values;
  expect(textsOf(values)).toEqual(['Where is my order 7?', 'Hello.']);
  const parts: Part[] = await collect(client.runs.stream(null, 'desk', { input }));
  expect(textsOf(parts.at(-1)?.data as Values).at(-1)).toBe('Hello again.');
  service.script(say('Kept.'));
  const kept = await client.runs.create(null, 'desk', { input, onCompletion: 'continue' });
  expect(textsOf((await client.runs.join(kept.thread_id, kept.run_id)) as unknown as Values).at(-1)).toBe(
    'Kept.',
  );
  await client.threads.delete(kept.thread_id);
  expect(await client.threads.count()).toBe(before);
});

test('threads are made, found, changed and deleted', async () => {
  const mark = randomUUID();
  const made = await client.threads.create({ metadata: { mark, kept: 1 } });
  expect(made).toMatchObject({ status: 'idle', metadata: { mark }, values: null, interrupts: {} });
  await expect(client.threads.create({ threadId: made.thread_id })).rejects.toThrow('409');
  expect(await client.threads.create({ threadId: made.thread_id, ifExists: 'do_nothing' })).toEqual(made);
  await client.threads.update(made.thread_id, { metadata: { changed: true } });
  const found = await client.threads.search({ metadata: { mark }, select: ['thread_id', 'metadata'] });
  expect(found).toEqual([{ thread_id: made.thread_id, metadata: { mark, kept: 1, changed: true } }]);
  expect(await client.threads.count({ metadata: { mark }, status: 'busy' })).toBe(0);
  await client.threads.delete(made.thread_id);
  await expect(client.threads.get(made.thread_id)).rejects.toThrow('404');
  await expect(client.threads.delete(made.thread_id)).rejects.toThrow('404');
});

test('threads are found by the graph or the assistant that they ran on', async () => {
  service.script(say('Hello.'));
  const threadId = await makeThread();
  await client.runs.wait(threadId, 'till', { input });
  const [assistant] = await client.assistants.search({ graphId: 'till' });
  for (const metadata of [{ graph_id: 'till' }, { assistant_id: assistant?.assistant_id }]) {
    const ids = (await client.threads.search({ metadata, limit: 100 })).map(({ thread_id }) => thread_id);
    expect(ids).toContain(threadId);
  }
});

test('each graph is an assistant, under the id that every LangGraph server gives it', async () => {
  const assistants = await client.assistants.search();
  expect(assistants.map(({ graph_id }) => graph_id).sort()).toEqual(['desk', 'till']);
  const [agent] = await client.assistants.search({ graphId: 'desk' });
  expect(await client.assistants.get('desk')).toEqual(agent);
  expect(await client.assistants.get(agent?.assistant_id ?? '')).toEqual(agent);
  expect(await client.assistants.count({ name: 'DES' })).toBe(1);
  const graph = await client.assistants.getGraph('desk');
  expect(graph.edges).toContainEqual(expect.objectContaining({ source: 'triage', target: 'clerk' }));
  expect((await client.assistants.getSchemas('desk')).input_schema).toHaveProperty('properties.messages');
  await expect(client.assistants.get('nobody')).rejects.toThrow('404');
});
