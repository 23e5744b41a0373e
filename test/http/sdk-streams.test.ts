import { Client, type StreamMode } from '@langchain/langgraph-sdk';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { streamModes } from '../../src/http/langgraph/stream-modes.ts';
import { startCuttingProxy } from '../support/cutting-proxy.ts';
import { collect } from '../support/logged-events.ts';
import { call, type Step, say, transfer } from '../support/scripted-model.ts';
import { startService, type TestService } from '../support/start-service.ts';

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
const allModes: StreamMode[] = [...streamModes];

function scriptHandoff(last: Step = say('Order 7 is on its way to you.')) {
  return service.script(transfer('clerk', { question: 'Where is 7?' }), call('look_up', { order: 7 }), last);
}

async function makeThread(): Promise<string> {
  return (await client.threads.create()).thread_id;
}

function streamed(threadId: string, streamMode: StreamMode | StreamMode[], of = client): Promise<Part[]> {
  return collect(of.runs.stream(threadId, 'desk', { input, streamMode }) as AsyncIterable<Part>);
}

function dataOf(parts: Part[], event: string): Record<string, unknown>[] {
  return parts.filter((part) => part.event === event).map(({ data }) => data as Record<string, unknown>);
}

test.each(streamModes)('the mode %s streams alone as it does beside all others', async (mode) => {
  scriptHandoff();
  const threadId = await makeThread();
  const alone = await streamed(threadId, mode);
  const [run] = await client.runs.list(threadId);
  const beside: Part[] = await collect(
    client.runs.joinStream(threadId, run?.run_id ?? '', { streamMode: allModes }) as AsyncIterable<Part>,
  );
  expect(alone.length).toBeGreaterThan(3);
  const all = beside.map(({ event, data }) => JSON.stringify([event, data]));
  for (const { event, data } of alone) expect(all).toContain(JSON.stringify([event, data]));
});

test('tasks: each node begins with a state and ends with what it adds', async () => {
  scriptHandoff();
  const tasks = dataOf(await streamed(await makeThread(), 'tasks'), 'tasks');
  expect(tasks.map(({ name, result }) => [name, result ? 'result' : 'start'])).toEqual(
    ['triage', 'tools', 'clerk', 'tools', 'clerk'].flatMap((name) => [
      [name, 'start'],
      [name, 'result'],
    ]),
  );
  expect(tasks[0]).toMatchObject({ triggers: ['branch:to:triage'], interrupts: [] });
  expect(tasks[0]?.input).toMatchObject({ messages: [{ content: 'Where is my order 7?' }] });
  expect(tasks.at(-1)?.result).toMatchObject({ messages: [{ content: 'Order 7 is on its way to you.' }] });
  expect(tasks.at(-1)?.id).toBe(tasks.at(-2)?.id);
  expect(new Set(tasks.map(({ id }) => id)).size).toBe(5);
});

test('checkpoints and debug are what the history of the thread has', async () => {
  const threadId = await makeThread();
  for (const turn of [1, 2]) {
    scriptHandoff();
    const parts = await streamed(threadId, ['checkpoints', 'debug']);
    const checkpoints = dataOf(parts, 'checkpoints');
    expect(checkpoints).toHaveLength(7);
    const debug = dataOf(parts, 'debug').filter(({ type }) => type === 'checkpoint');
    expect(debug.map(({ payload }) => payload)).toEqual(checkpoints);
    for (const { values, next, metadata, checkpoint, parent_checkpoint, tasks } of checkpoints) {
      const { checkpoint_id } = checkpoint as { checkpoint_id: string };
      const state = await client.threads.getState(threadId, checkpoint_id);
      expect(state).toMatchObject({ values, next, checkpoint, parent_checkpoint });
      const { step, source } = metadata as { step: number; source: string };
      expect(state.metadata, `turn ${turn}`).toMatchObject({ step, source });
      expect(state.tasks.map(({ name }) => name)).toEqual(
        (tasks as { name: string }[]).map(({ name }) => name),
      );
    }
    const steps = dataOf(parts, 'debug').flatMap(({ type, step }) => (type === 'task' ? [step] : []));
    const first = turn === 1 ? 1 : 8;
    expect(steps).toEqual([0, 1, 2, 3, 4].map((at) => first + at));
  }
});

test('events: what begins ends under the same run_id, and parents lead up to the run', async () => {
  scriptHandoff();
  const threadId = await makeThread();
  const events = dataOf(await streamed(threadId, 'events'), 'events');
  const [run] = await client.runs.list(threadId);
  const open = new Map<unknown, string>();
  for (const { event, name, run_id, parent_ids } of events) {
    const [, of, what] = /^on_(\w+)_(start|stream|end|error)$/.exec(String(event)) ?? [];
    for (const parent of parent_ids as string[]) expect(open.has(parent), `${event} ${name}`).toBe(true);
    if (what === 'start') open.set(run_id, `${of} ${name}`);
    else expect(open.get(run_id)).toBe(`${of} ${name}`);
    if (what === 'end' || what === 'error') open.delete(run_id);
  }
  expect(open.size).toBe(0);
  expect(events[0]).toMatchObject({ event: 'on_chain_start', name: 'desk', run_id: run?.run_id });
  const said = events
    .filter(({ event }) => event === 'on_chat_model_stream')
    .map(({ data }) => (data as { chunk: { content: string } }).chunk.content);
  expect(said.join('')).toBe('Order 7 is on its way to you.');
  expect(events.filter(({ event }) => event === 'on_tool_end')).toMatchObject([
    { name: 'look_up', data: { input: { order: 7 }, output: { content: 'Order 7 is on its way.' } } },
  ]);
  expect(events.filter(({ event }) => event === 'on_chat_model_start')).toHaveLength(3);
});

test('tools: a call begins, speaks and ends; one that fails says why', async () => {
  service.script(
    transfer('clerk', { question: 'Where?' }),
    call('look_up', { order: 7 }),
    call('look_up', { order: 404 }),
    say('One is there.'),
  );
  const tools = dataOf(await streamed(await makeThread(), 'tools'), 'tools');
  expect(tools).toMatchObject([
    { event: 'on_tool_start', name: 'look_up', input: { order: 7 } },
    { event: 'on_tool_event', name: 'look_up', data: { looking: 7 } },
    { event: 'on_tool_end', name: 'look_up', output: { type: 'tool', content: 'Order 7 is on its way.' } },
    { event: 'on_tool_start', name: 'look_up', input: { order: 404 } },
    { event: 'on_tool_event', name: 'look_up', data: { looking: 404 } },
    { event: 'on_tool_error', name: 'look_up', error: 'There is no order 404.' },
  ]);
  expect(new Set(tools.slice(0, 3).map(({ toolCallId }) => toolCallId)).size).toBe(1);
});

test('a client whose connections break while the run goes on loses nothing and repeats nothing', async () => {
  const proxy = await startCuttingProxy(service.url);
  const cut = async (times: number) => expect.poll(() => proxy.cuts, { timeout: 10_000 }).toBe(times);
  service.script(
    transfer('clerk', { question: 'Where is 7?' }),
    async () => {
      await cut(1);
      return call('look_up', { order: 7 });
    },
    async () => {
      await cut(2);
      return say('Order 7 is on its way to you.');
    },
  );
  proxy.cutNext(2_000, 4_000);
  const shaky = new Client({ apiUrl: proxy.url, apiKey: null });
  const threadId = await makeThread();
  const seen = await streamed(threadId, allModes, shaky);
  expect(proxy.cuts).toBe(2);
  const [run] = await client.runs.list(threadId);
  const whole = await collect(
    client.runs.joinStream(threadId, run?.run_id ?? '', { streamMode: allModes }) as AsyncIterable<Part>,
  );
  expect(seen).toEqual(whole);
  expect(await client.runs.list(threadId)).toHaveLength(1);
  proxy.stop();
});

test('a run that stops when its client leaves goes on when the connection only broke', async () => {
  const proxy = await startCuttingProxy(service.url);
  const isBack = async () => {
    const run = await service.context.db
      .selectFrom('baton.run')
      .select('watched_at')
      .where('watched_at', 'is not', null)
      .executeTakeFirst();
    return run !== undefined;
  };
  service.script(async () => {
    await expect.poll(isBack, { timeout: 10_000 }).toBe(true);
    return say('You are back.');
  });
  proxy.cutNext(300);
  const shaky = new Client({ apiUrl: proxy.url, apiKey: null });
  const threadId = await makeThread();
  const stream = shaky.runs.stream(threadId, 'desk', { input, onDisconnect: 'cancel' });
  const seen = await collect(stream as AsyncIterable<Part>);
  expect(proxy.cuts).toBe(1);
  expect(JSON.stringify(seen.at(-1)?.data)).toContain('You are back.');
  expect(await client.runs.list(threadId)).toMatchObject([{ status: 'success' }]);
  proxy.stop();
});

test('watchers who come early, late and twice all see the same', async () => {
  const watched = Promise.withResolvers<void>();
  scriptHandoff(async () => {
    await watched.promise;
    return say('Order 7 is on its way to you.');
  });
  const threadId = await makeThread();
  const { run_id } = await client.runs.create(threadId, 'desk', { input, streamMode: ['values', 'updates'] });
  const join = (options: object = {}) =>
    collect(client.runs.joinStream(threadId, run_id, options) as AsyncIterable<Part>);
  const early = Promise.all([join(), join(), join({ streamMode: ['values', 'updates'] })]);
  watched.resolve();
  const [first, second, third] = await early;
  const late = await join();
  expect(first.length).toBeGreaterThan(5);
  for (const other of [second, third, late, await join({ lastEventId: '-1' })]) expect(other).toEqual(first);
  const middle = first[4];
  expect(await join({ lastEventId: middle?.id })).toEqual(first.slice(5));
});

test('a joined stream that breaks is joined again by the client itself', async () => {
  const proxy = await startCuttingProxy(service.url);
  scriptHandoff();
  const threadId = await makeThread();
  const { run_id } = await client.runs.create(threadId, 'desk', { input });
  await client.runs.join(threadId, run_id);
  const options = { streamMode: allModes };
  const whole = await collect(client.runs.joinStream(threadId, run_id, options) as AsyncIterable<Part>);
  proxy.cutNext(3_000);
  const shaky = new Client({ apiUrl: proxy.url, apiKey: null });
  const seen = await collect(shaky.runs.joinStream(threadId, run_id, options) as AsyncIterable<Part>);
  expect(proxy.cuts).toBe(1);
  expect(seen).toEqual(whole);
  proxy.stop();
});
