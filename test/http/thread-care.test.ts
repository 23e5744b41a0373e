import { randomUUID } from 'node:crypto';
import { Client, type Message } from '@langchain/langgraph-sdk';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { collect } from '../support/logged-events.ts';
import { call, say, transfer } from '../support/scripted-model.ts';
import { startService, type TestService } from '../support/start-service.ts';

interface Values {
  messages: Message[];
  agent: string;
}

let service: TestService;
let client: Client<Values>;

beforeAll(async () => {
  service = await startService();
  client = new Client<Values>({ apiUrl: service.url, apiKey: null, callerOptions: { maxRetries: 0 } });
});
afterAll(() => service.stop());

async function talk(threadId: string, question: string, ...answers: string[]): Promise<Values> {
  service.script(...answers.map(say));
  const input = { messages: question };
  return (await client.runs.wait(threadId, 'desk', { input })) as unknown as Values; // typed wider
}

async function makeThread(...answers: string[]): Promise<string> {
  const { thread_id } = await client.threads.create();
  for (const answer of answers) await talk(thread_id, `What about ${answer}?`, answer);
  return thread_id;
}

async function request(method: string, path: string, body?: unknown): Promise<Response> {
  return fetch(service.url + path, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
}

async function detailOf(answer: Promise<Response>, status: number): Promise<string> {
  const response = await answer;
  const { detail } = (await response.json()) as { detail: string };
  expect(response.status, detail).toBe(status);
  return detail;
}

const textsOf = ({ messages }: Values) => messages.map(({ content }) => content);

test('a copy has the states of its thread and goes its own way', async () => {
  const threadId = await makeThread('one', 'two');
  const copy = await client.threads.copy(threadId);
  expect(copy).toMatchObject({ status: 'idle', metadata: { graph_id: 'desk', thread_id: copy.thread_id } });
  expect(copy.thread_id).not.toBe(threadId);
  const history = await client.threads.getHistory(threadId);
  const copied = await client.threads.getHistory(copy.thread_id);
  expect(copied.map(({ values, next }) => ({ values, next }))).toEqual(
    history.map(({ values, next }) => ({ values, next })),
  );
  await talk(copy.thread_id, 'Copy?', 'mine');
  await talk(threadId, 'Original?', 'yours');
  expect(textsOf((await client.threads.getState(threadId)).values).slice(-2)).toEqual(['Original?', 'yours']);
  expect(textsOf((await client.threads.getState(copy.thread_id)).values).slice(-2)).toEqual([
    'Copy?',
    'mine',
  ]);
  await detailOf(request('POST', `/threads/${randomUUID()}/copy`), 404);
});

test('a copy of a thread that waits for a person can be answered, and so can the thread', async () => {
  const { thread_id } = await client.threads.create();
  service.script(call('look_up', { order: 7 }));
  await client.runs.wait(thread_id, 'till', { input: { messages: 'Where is 7?' } });
  const copy = await client.threads.copy(thread_id);
  expect(copy.status).toBe('interrupted');
  for (const id of [copy.thread_id, thread_id]) {
    service.script(say('On its way.'));
    const done = await client.runs.wait(id, 'till', { command: { resume: 'accept' } });
    expect(textsOf(done as unknown as Values).slice(-2)).toEqual(['Order 7 is on its way.', 'On its way.']);
  }
});

test('a pruned thread keeps its state and goes on, and a deleted one is gone', async () => {
  const [kept, gone] = [await makeThread('one', 'two'), await makeThread('three')];
  const before = await client.threads.getState(kept);
  const [run] = await client.runs.list(kept, { limit: 1 });
  const replayed = await collect(client.runs.joinStream(kept, run?.run_id ?? '', { streamMode: 'values' }));
  const [unknown, joined] = [randomUUID(), await client.runs.join(kept, run?.run_id ?? '')];
  expect(await client.threads.prune([kept, unknown], { strategy: 'keep_latest' })).toEqual({
    pruned_count: 1,
  });
  const history = await client.threads.getHistory(kept);
  expect(history.map(({ values }) => values.messages.length)).toEqual([4, 2]);
  expect(history[0]?.parent_checkpoint).toEqual(history[1]?.checkpoint);
  expect(await client.threads.getState(kept)).toEqual({
    ...before,
    parent_checkpoint: history[1]?.checkpoint,
  });
  expect(await client.runs.join(kept, run?.run_id ?? '')).toEqual(joined);
  expect(await collect(client.runs.joinStream(kept, run?.run_id ?? '', { streamMode: 'values' }))).toEqual(
    replayed,
  );
  expect(textsOf(await talk(kept, 'And now?', 'four'))).toEqual([
    ...textsOf(before.values),
    'And now?',
    'four',
  ]);
  expect(await client.threads.prune([gone, unknown])).toEqual({ pruned_count: 1 });
  await expect(client.threads.get(gone)).rejects.toThrow('404');
  expect(await detailOf(request('POST', '/threads/prune', { thread_ids: ['x'] }), 422)).toContain('UUID');
});

test('a thread waits for a person after it was pruned as before', async () => {
  const { thread_id } = await client.threads.create();
  await client.threads.create({ threadId: thread_id, ifExists: 'do_nothing' });
  service.script(call('look_up', { order: 7 }));
  await client.runs.wait(thread_id, 'till', { input: { messages: 'Where is 7?' } });
  const before = await client.threads.get(thread_id);
  await client.threads.prune([thread_id], { strategy: 'keep_latest' });
  expect((await client.threads.get(thread_id)).interrupts).toEqual(before.interrupts);
  service.script(say('On its way.'));
  const done = await client.runs.wait(thread_id, 'till', { command: { resume: 'accept' } });
  expect(textsOf(done as unknown as Values).slice(-2)).toEqual(['Order 7 is on its way.', 'On its way.']);
});

test('a thread says how long it is kept when it is asked, and a change moves that', async () => {
  const { thread_id } = await client.threads.create({ ttl: 60 });
  const get = async () =>
    (await client.threads.get(thread_id, { include: ['ttl'] })) as unknown as { ttl: Ttl };
  type Ttl = { strategy: string; ttl_minutes: number; expires_at: string } | null;
  const { ttl } = await get();
  expect(ttl).toMatchObject({ strategy: 'delete', ttl_minutes: 60 });
  expect(Date.parse(ttl?.expires_at ?? '') - Date.now()).toBeGreaterThan(59 * 60_000);
  expect(await client.threads.get(thread_id)).not.toHaveProperty('ttl');
  const changed = await request('PATCH', `/threads/${thread_id}`, {
    ttl: { ttl: 120, strategy: 'keep_latest' },
  });
  expect(changed.status).toBe(200);
  expect((await get()).ttl).toMatchObject({ strategy: 'keep_latest', ttl_minutes: 120 });
  await talk(thread_id, 'Still there?', 'Yes.');
  expect(Date.parse((await get()).ttl?.expires_at ?? '')).toBeGreaterThan(Date.parse(ttl?.expires_at ?? ''));
  await client.threads.update(thread_id, { ttl: 0 });
  expect((await get()).ttl).toBeNull();
  expect(await detailOf(request('POST', '/threads', { ttl: -1 }), 422)).toContain('minutes');
  expect(await detailOf(request('POST', '/threads', { ttl: { ttl: 1, strategy: 'burn' } }), 422)).toContain(
    'keep_latest',
  );
});

test('a change is answered with nothing where the client wants nothing', async () => {
  const { thread_id } = await client.threads.create();
  const nothing = await client.threads.update(thread_id, { metadata: { topic: 'tea' }, returnMinimal: true });
  expect(nothing).toBeUndefined();
  expect((await client.threads.get(thread_id)).metadata).toMatchObject({ topic: 'tea' });
});

test('the size of a thread is told by channel, and a turn adds to it', async () => {
  const threadId = await makeThread('one');
  const sizeOf = async () => (await (await request('GET', `/threads/${threadId}/storage`)).json()) as Size;
  interface Size {
    bytes: number;
    checkpoints: { count: number; bytes: number };
    events: { count: number };
    channels: Record<string, { count: number; bytes: number }>;
  }
  const before = await sizeOf();
  expect(before.checkpoints.count).toBe((await client.threads.getHistory(threadId)).length);
  expect(before.channels.messages?.bytes).toBeGreaterThan(0);
  await talk(threadId, 'x'.repeat(5_000), 'y');
  const after = await sizeOf();
  expect(after.bytes).toBeGreaterThan(before.bytes);
  expect(after.events.count).toBeGreaterThan(before.events.count);
  await client.threads.prune([threadId], { strategy: 'keep_latest' });
  expect((await sizeOf()).checkpoints.count).toBe(2);
});

test('threads are found by what their newest state contains', async () => {
  const topic = randomUUID();
  const [first, second] = [await makeThread(`tea ${topic}`, 'cups'), await makeThread('bread')];
  const find = async (values: object) => {
    const found = await client.threads.search({ values: values as never, limit: 1000 }); // typed as the whole state
    return found.map(({ thread_id }) => thread_id);
  };
  expect(await find({ messages: [{ type: 'ai', content: `tea ${topic}` }] })).toEqual([first]);
  expect(await find({ messages: [{ content: `tea ${topic}` }, { content: 'cups' }] })).toEqual([first]);
  expect(await find({ messages: [{ content: `tea ${topic}` }, { content: 'bread' }] })).toEqual([]);
  expect(await find({ agent: 'triage', messages: [{ content: 'bread' }] })).toEqual([second]);
  expect(await find({ agent: 'nobody' })).toEqual([]);
  expect(await find({ unknown: 1 })).toEqual([]);
  expect(await client.threads.count({ values: { messages: [{ content: `tea ${topic}` }] } as never })).toBe(
    1,
  );
});

test('a search takes out what it is asked to, and sorts by when states changed', async () => {
  const topic = randomUUID();
  const [first, second] = [await makeThread('one'), await makeThread('two')];
  for (const id of [first, second]) await client.threads.update(id, { metadata: { topic } });
  await talk(first, 'Again?', 'three');
  const found = await client.threads.search({
    metadata: { topic },
    select: ['thread_id'],
    sortBy: 'state_updated_at' as never, // the SDK's types lag behind
    extract: { last: 'values.messages[-1].content', topic: 'metadata.topic', none: 'values.no.such[3]' },
  });
  expect(found).toEqual([
    { thread_id: first, extracted: { last: 'three', topic, none: null } },
    { thread_id: second, extracted: { last: 'two', topic, none: null } },
  ]);
  expect(await detailOf(request('POST', '/threads/search', { extract: { x: 'a b' } }), 422)).toContain(
    'path',
  );
});

test('the history is filtered by the metadata of its states', async () => {
  const threadId = await makeThread('one', 'two');
  const [run] = await client.runs.list(threadId, { limit: 1 });
  const own = await client.threads.getHistory(threadId, { metadata: { run_id: run?.run_id } });
  const all = await client.threads.getHistory(threadId);
  expect(own.length).toBeGreaterThan(0);
  expect(own).toEqual(all.slice(0, own.length));
  expect(own.length).toBeLessThan(all.length);
  const inputs = await client.threads.getHistory(threadId, { metadata: { source: 'input' } });
  expect(inputs).toHaveLength(2);
});

test('a handoff leaves nothing behind in the writes once its turn is over', async () => {
  const { thread_id } = await client.threads.create();
  service.script(transfer('clerk', { question: 'Where is 7?' }), call('look_up', { order: 7 }), say('Here.'));
  await client.runs.wait(thread_id, 'desk', { input: { messages: 'Where is 7?' } });
  const size = (await (await request('GET', `/threads/${thread_id}/storage`)).json()) as {
    writes: { count: number };
  };
  expect(size.writes.count).toBe(0);
});
