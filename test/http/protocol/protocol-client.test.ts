import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { call, say, transfer } from '../../support/scripted-model.ts';
import { startService, type TestService } from '../../support/start-service.ts';
import {
  clientOf,
  every,
  gather,
  input,
  isTerminal,
  readEvents,
  scriptHandoff,
  startProxy,
  type Wire,
} from './support.ts';

let service: TestService;

beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.stop());

const quick = { timeout: 15_000, interval: 10 };
const runs = (events: Wire[]) => events.filter(isTerminal).length;
const filter = { channels: [...every] };

describe.each(['sse', 'websocket'] as const)('over %s', (transport) => {
  function open(
    assistantId: string,
    { url = service.url, threadId }: { url?: string; threadId?: string } = {},
  ) {
    const options = { assistantId, transport, reconnectDelayMs: () => 20 };
    const { threads } = clientOf(url);
    return threadId ? threads.stream(threadId, options) : threads.stream(options);
  }

  test('a turn comes through a handoff and a call to its answer, on every channel', async () => {
    const model = scriptHandoff(service);
    const thread = open('desk');
    const seen = gather(thread);
    await thread.subscribe(filter);
    const { run_id } = await thread.run.start({ input });
    await vi.waitUntil(() => runs(seen) === 1, quick);
    model.done();
    expect(seen.map(({ seq }) => seq)).toEqual(seen.map(({ seq }) => seq).toSorted((a, b) => a - b));
    expect(new Set(seen.map(({ event_id }) => event_id)).size).toBe(seen.length);
    const methods = every.filter((channel) => channel !== 'input');
    expect(new Set(seen.map(({ method }) => method))).toEqual(new Set(methods));
    const values = seen.filter(({ method }) => method === 'values');
    expect(values.at(-1)?.params.data.messages).toMatchObject([
      { type: 'human', content: 'Where is my order 7?' },
      { type: 'ai', name: 'triage', tool_calls: [{ name: 'transfer_to_clerk', type: 'tool_call' }] },
      { type: 'tool', name: 'transfer_to_clerk' },
      { type: 'ai', name: 'clerk', tool_calls: [{ name: 'look_up', args: { order: 7 } }] },
      { type: 'tool', status: 'success', artifact: { order: 7 } },
      { type: 'ai', name: 'clerk', content: 'Order 7 is on its way to you.' },
    ]);
    for (const value of values) {
      expect(seen[seen.indexOf(value) - 1]?.method).toBe('checkpoints');
    }
    const state = await thread.state.get({ namespace: [] });
    expect(state.values).toEqual(values.at(-1)?.params.data);
    expect(state.checkpoint?.id).toBe(
      seen.findLast(({ method }) => method === 'checkpoints')?.params.data.id,
    );
    expect(await thread.agent.getTree({ ...(run_id && { run_id }) })).toEqual({
      tree: { namespace: [], status: 'completed', graph_name: 'desk' },
    });
    await thread.close();
  });

  test('the client puts messages, calls and what was said on the way together', async () => {
    scriptHandoff(service);
    const thread = open('desk');
    const { messages, toolCalls, extensions } = thread;
    const handoff = extensions.handoff;
    await thread.run.start({ input });
    const texts: string[] = [];
    for await (const message of messages) texts.push(`${message.node}: ${await message.text}`);
    expect(texts).toEqual(['triage: ', 'clerk: ', 'clerk: Order 7 is on its way to you.']);
    const outputs = new Map<string, unknown>(); // the client gives a call when it begins and when it ends
    for await (const { callId, name, input: args, output } of toolCalls)
      outputs.set(callId, [name, args, await output]);
    expect([...outputs.values()]).toEqual([['look_up', { order: 7 }, 'Order 7 is on its way.']]);
    expect(await handoff).toMatchObject({ from: 'triage', to: 'clerk', brief: { question: 'Where is 7?' } });
    expect((await thread.output) as object).toMatchObject({ agent: 'clerk' });
    await thread.close();
  });

  test('an interrupt is answered, and the turn goes on on the open stream', async () => {
    service.script(call('look_up', { order: 7 }), say('It is on its way.'));
    const thread = open('till');
    const seen = gather(thread);
    await thread.subscribe(filter);
    await thread.run.start({ input });
    await vi.waitUntil(() => runs(seen) === 1, quick);
    expect(seen.at(-1)?.params.data).toMatchObject({ event: 'interrupted' });
    expect(thread.interrupted).toBe(true);
    const [interrupt] = thread.interrupts;
    expect(interrupt?.payload).toMatchObject({ type: 'approval', calls: [{ name: 'look_up' }] });
    const interrupt_id = interrupt?.interruptId ?? '';
    const wrong = thread.input.respond({ namespace: [], interrupt_id: 'other', response: 'accept' });
    await expect(wrong).rejects.toMatchObject({ code: 'no_such_interrupt' });
    await thread.input.respond({ namespace: [], interrupt_id, response: 'accept' });
    await vi.waitUntil(() => runs(seen) === 2, quick);
    expect(seen.at(-1)?.params.data).toMatchObject({ event: 'completed' });
    expect(seen.findLast(({ method }) => method === 'tools')?.params.data).toMatchObject({
      event: 'tool-finished',
      output: { content: 'Order 7 is on its way.' },
    });
    const again = thread.input.respond({ namespace: [], interrupt_id, response: 'accept' });
    await expect(again).rejects.toMatchObject({ code: 'no_such_interrupt' });
    await thread.close();
  });

  test('what is said to a thread that waits is its answer; a second run follows on the open stream', async () => {
    service.script(call('look_up', { order: 7 }), say('Refused.'), say('Yes.'));
    const thread = open('till');
    const seen = gather(thread);
    await thread.subscribe(filter);
    await thread.run.start({ input });
    await vi.waitUntil(() => runs(seen) === 1, quick);
    await thread.run.start({ input: { decision: 'refuse', reason: 'not now' } });
    await vi.waitUntil(() => runs(seen) === 2, quick);
    expect(JSON.stringify(seen)).toContain('A person refused this call: not now');
    await thread.run.start({ input: { messages: [{ role: 'user', content: 'Really?' }] } });
    await vi.waitUntil(() => runs(seen) === 3, quick);
    const started = seen.filter(({ params }) => params.data.event === 'running');
    expect(started).toHaveLength(3);
    await thread.close();
  });

  test('a client whose connection breaks misses nothing and sees nothing twice', async () => {
    const proxy = await startProxy(service.url);
    const gate = Promise.withResolvers<void>();
    service.script(call('look_up', { order: 7 }), async () => {
      await gate.promise;
      return say('On its way.');
    });
    const thread = open('desk', { url: proxy.url });
    const seen = gather(thread);
    const heard = await thread.subscribe(filter);
    await thread.run.start({ input });
    await vi.waitUntil(() => seen.some(({ method }) => method === 'tools'), quick);
    proxy.cut();
    gate.resolve();
    await vi.waitUntil(() => runs(seen) === 1, quick);
    const delivered: string[] = [];
    for await (const event of heard) delivered.push((event as Wire).event_id);
    const all = await readEvents(service.url, thread.threadId, filter, (events) => runs(events) === 1);
    expect(seen).toEqual(all);
    expect(delivered).toEqual(all.map(({ event_id }) => event_id));
    await thread.close();
    proxy.stop();
  });

  test('two watchers, and one who comes later, are told the same', async () => {
    const gate = Promise.withResolvers<void>();
    service.script(async () => {
      await gate.promise;
      return call('look_up', { order: 7 });
    }, say('On its way.'));
    const thread = open('desk');
    const [first, second] = [gather(thread), gather(open('desk', { threadId: thread.threadId }))];
    const other = open('desk', { threadId: thread.threadId });
    const others = gather(other);
    await other.subscribe(filter);
    await thread.subscribe(filter);
    await thread.run.start({ input });
    await vi.waitUntil(() => first.some(({ method }) => method === 'tasks'), quick);
    gate.resolve();
    await vi.waitUntil(() => runs(first) === 1 && runs(others) === 1, quick);
    const late = open('desk', { threadId: thread.threadId });
    const lates = gather(late);
    await late.subscribe(filter);
    await vi.waitUntil(() => runs(lates) === 1, quick);
    expect(others).toEqual(first);
    expect(lates).toEqual(first);
    expect(second).toEqual([]);
    for (const one of [thread, other, late]) await one.close();
  });

  test('a filter lets through what it names', async () => {
    service.script(call('look_up', { order: 7 }), say('On its way.'));
    const thread = open('desk');
    const seen = gather(thread);
    await thread.subscribe({ channels: ['lifecycle', 'custom:turn-end'], namespaces: [[]], depth: 0 });
    await thread.submitRun({ input });
    await vi.waitUntil(() => runs(seen) === 1, quick);
    expect(seen.map(({ method, params }) => [method, params.data.event ?? params.data.name])).toEqual([
      ['lifecycle', 'running'],
      ['custom', 'turn-end'],
      ['lifecycle', 'completed'],
    ]);
    await thread.close();
  });
});

test('a branch begins at an older state', async () => {
  const thread = clientOf(service.url).threads.stream({ assistantId: 'desk' });
  const seen = gather(thread);
  await thread.subscribe(filter);
  service.script(say('First.'), say('Second.'), say('Other.'), say('Again.'));
  await thread.run.start({ input });
  await vi.waitUntil(() => runs(seen) === 1, quick);
  const { checkpoints } = await thread.state.listCheckpoints({});
  expect(checkpoints.map(({ step }) => step)).toEqual([1, 0, -1]);
  await thread.run.start({ input: { messages: [{ role: 'user', content: 'And then?' }] } });
  await vi.waitUntil(() => runs(seen) === 2, quick);
  const [end] = checkpoints;
  await thread.run.start({
    input: { messages: [{ role: 'user', content: 'What else?' }] },
    config: { configurable: { checkpoint_id: end?.id } },
  });
  await vi.waitUntil(() => runs(seen) === 3, quick);
  const texts = () => {
    const last = seen.findLast(({ method }) => method === 'values');
    const { messages = [] } = (last?.params.data ?? {}) as { messages?: { content: string }[] };
    return messages.map(({ content }) => content);
  };
  expect(texts()).toEqual(['Where is my order 7?', 'First.', 'What else?', 'Other.']);
  const forked = await thread.state.fork({ checkpoint_id: checkpoints[1]?.id ?? '' });
  expect(forked.thread_id).toBe(thread.threadId);
  await vi.waitUntil(() => runs(seen) === 4, quick);
  expect(texts()).toEqual(['Where is my order 7?', 'Again.']);
  await thread.close();
});

test.each([
  ['interrupt', 'Where is my order 0?'],
  ['rollback', 'Instead?'],
] as const)('a run that has to make room ends on the stream: %s', async (multitaskStrategy, first) => {
  const thread = clientOf(service.url).threads.stream({ assistantId: 'desk' });
  const seen = gather(thread);
  await thread.subscribe(filter);
  service.script(
    transfer('clerk', { question: 'Where is 0?' }),
    call('look_up', { order: 0 }),
    say('Instead.'),
  );
  await thread.run.start({ input: { messages: [{ role: 'user', content: 'Where is my order 0?' }] } });
  await vi.waitUntil(() => seen.some(({ method }) => method === 'tools'), quick);
  const again = { input: { messages: [{ role: 'user', content: 'Instead?' }] }, multitaskStrategy };
  await thread.run.start(again);
  await vi.waitUntil(() => runs(seen) === 2, quick);
  const ends = seen.filter(({ method }) => method === 'lifecycle').map(({ params }) => params.data.event);
  expect(ends).toEqual(['running', 'interrupted', 'running', 'completed']);
  expect(seen.findLast(({ method }) => method === 'values')?.params.data.messages).toMatchObject([
    { type: 'human', content: first },
    {},
    ...(multitaskStrategy === 'interrupt'
      ? [{ type: 'tool' }, { name: 'clerk' }, { type: 'tool', status: 'error' }, { content: 'Instead?' }, {}]
      : []),
  ]);
  const all = await readEvents(service.url, thread.threadId, filter, (events) => runs(events) === 2);
  expect(all).toEqual(seen);
  await thread.close();
});

test('a stream that was opened before its thread waits for it; since leaves out what is known', async () => {
  const threadId = crypto.randomUUID();
  const reading = readEvents(service.url, threadId, filter, (events) => runs(events) === 1);
  service.script(say('Here.'));
  await clientOf(service.url).threads.stream(threadId, { assistantId: 'desk' }).run.start({ input });
  const events = await reading;
  const [, , third] = events;
  const rest = await readEvents(
    service.url,
    threadId,
    { ...filter, since: third?.seq },
    (some) => runs(some) === 1,
  );
  expect(rest).toEqual(events.slice(3));
});
