import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { call, say } from '../../support/scripted-model.ts';
import { startService, type TestService } from '../../support/start-service.ts';
import { clientOf, command, every, type Frame, input, isTerminal, readEvents } from './support.ts';

let service: TestService;

beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.stop());

const send = (threadId: string, body: unknown) => command(service.url, threadId, body);

/** A thread on which a turn has ended, or waits. */
async function ran(graph: string, ...steps: Parameters<TestService['script']>): Promise<string> {
  service.script(...steps);
  const threadId = crypto.randomUUID();
  await send(threadId, { id: 1, method: 'run.start', params: { assistant_id: graph, input } });
  await readEvents(service.url, threadId, { channels: ['lifecycle'] }, (events) => events.some(isTerminal));
  return threadId;
}

test.each([
  ['not JSON', '{"id":1,', null, 'invalid_argument'],
  ['a text', '"run.start"', null, 'invalid_argument'],
  ['no id', { method: 'state.get' }, null, 'invalid_argument'],
  ['a negative id', { id: -1, method: 'state.get' }, null, 'invalid_argument'],
  ['no method', { id: 4 }, 4, 'invalid_argument'],
  ['params that are a list', { id: 4, method: 'state.get', params: [] }, 4, 'invalid_argument'],
  ['an unknown method', { id: 5, method: 'run.dance' }, 5, 'unknown_command'],
  ['a method of objects', { id: 5, method: 'constructor' }, 5, 'unknown_command'],
  ['no assistant', { id: 6, method: 'run.start', params: { input } }, 6, 'invalid_argument'],
  [
    'an unknown assistant',
    { id: 6, method: 'run.start', params: { assistant_id: 'nobody', input } },
    6,
    'invalid_argument',
  ],
  [
    'nothing to begin with',
    { id: 6, method: 'run.start', params: { assistant_id: 'desk', input: null } },
    6,
    'invalid_argument',
  ],
  [
    'an input that is none',
    { id: 6, method: 'run.start', params: { assistant_id: 'desk', input: { messages: [] } } },
    6,
    'invalid_argument',
  ],
  [
    'a strategy that is none',
    { id: 6, method: 'run.start', params: { assistant_id: 'desk', input, multitaskStrategy: 'hope' } },
    6,
    'invalid_argument',
  ],
  [
    'an answer to nothing',
    { id: 7, method: 'input.respond', params: { namespace: [], interrupt_id: 'x', response: 1 } },
    7,
    'no_such_run',
  ],
  [
    'an answer without an id',
    { id: 7, method: 'input.respond', params: { response: 1 } },
    7,
    'invalid_argument',
  ],
  ['no answers', { id: 7, method: 'input.respond', params: { responses: [] } }, 7, 'invalid_argument'],
  ['a message for a turn that runs', { id: 8, method: 'input.inject', params: {} }, 8, 'not_supported'],
  [
    'a subscription over HTTP',
    { id: 9, method: 'subscription.subscribe', params: { channels: [] } },
    9,
    'not_supported',
  ],
  ['the end of one', { id: 9, method: 'subscription.unsubscribe', params: {} }, 9, 'not_supported'],
  ['a reconnect', { id: 9, method: 'subscription.reconnect', params: {} }, 9, 'not_supported'],
  ['a key that harms', '{"id":10,"method":"run.start","params":{"__proto__":{}}}', null, 'invalid_argument'],
])('%s is answered with its error', async (_, body, id, error) => {
  expect(await send(crypto.randomUUID(), body)).toEqual({
    status: 200,
    frame: { type: 'error', id, error, message: expect.any(String) },
  });
});

test('what has a status of its own keeps it', async () => {
  const threadId = crypto.randomUUID();
  for (const method of ['state.get', 'state.listCheckpoints', 'agent.getTree']) {
    const { status, frame } = await send(threadId, { id: 1, method });
    expect([status, frame.detail]).toEqual([404, `No thread ${threadId}.`]);
  }
  expect((await send('my-thread', { id: 1, method: 'state.get' })).status).toBe(422);
  const large = await send(threadId, { id: 1, method: 'state.get', params: { x: 'x'.repeat(1_100_000) } });
  expect(large.status).toBe(413);
});

test('the body of a stream is strict', async () => {
  const post = async (body: unknown) => {
    const url = `${service.url}/threads/${crypto.randomUUID()}/stream/events`;
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
    return [response.status, ((await response.json()) as { detail: string }).detail];
  };
  expect(await post({})).toEqual([422, expect.stringContaining('channels')]);
  expect(await post({ channels: ['gossip'] })).toEqual([
    422,
    expect.stringContaining('expected one of values'),
  ]);
  expect(await post({ channels: ['values'], colour: 1 })).toEqual([422, expect.stringContaining('colour')]);
  expect(await post({ channels: ['values'], since: -1 })).toEqual([422, expect.stringContaining('since')]);
  expect(await post({ channels: ['values'], depth: 'deep' })).toEqual([
    422,
    expect.stringContaining('depth'),
  ]);
  expect(await post({ channels: ['values'], namespaces: ['x'] })).toEqual([
    422,
    expect.stringContaining('namespaces'),
  ]);
  const plain = await fetch(`${service.url}/threads/${crypto.randomUUID()}/stream/events`);
  expect([plain.status, plain.headers.get('upgrade')]).toEqual([426, 'websocket']);
});

test('a success tells which events happened before it', async () => {
  const threadId = await ran('desk', say('Here.'));
  const before = await send(threadId, { id: 3, method: 'state.get', params: { keys: ['agent', 'secret'] } });
  expect(before.frame).toMatchObject({ type: 'success', id: 3, result: { values: { agent: 'triage' } } });
  service.script(say('Again.'));
  const { frame } = await send(threadId, {
    id: 4,
    method: 'run.start',
    params: { assistant_id: 'desk', input },
  });
  expect(frame).toEqual({
    type: 'success',
    id: 4,
    result: { run_id: expect.any(String) },
    meta: { thread_id: threadId, applied_through_seq: before.frame.meta?.applied_through_seq },
  });
  const two = (events: { method: string }[]) =>
    events.filter((event) => isTerminal(event as never)).length === 2;
  const events = await readEvents(service.url, threadId, { channels: [...every] }, two);
  const later = events.filter(({ seq }) => seq > (frame.meta?.applied_through_seq ?? 0));
  expect(later[0]?.params.data).toMatchObject({ event: 'running' });
  expect(later.filter(({ method }) => method === 'lifecycle')).toHaveLength(2);
});

test('a command that is sent again under its key is carried out once', async () => {
  const threadId = await ran('desk', say('Here.'));
  service.script(say('Once.'));
  const again = async (body: object) => {
    const response = await fetch(`${service.url}/threads/${threadId}/commands`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': threadId },
      body: JSON.stringify(body),
    });
    return [response.headers.get('idempotent-replayed'), (await response.json()) as Frame] as const;
  };
  const start = { id: 1, method: 'run.start', params: { assistant_id: 'desk', input } };
  const [[, first], [, second]] = await Promise.all([again(start), again(start)]);
  const [replayed, third] = await again(start);
  expect(replayed).toBe('true');
  expect([second.result, third.result]).toEqual([first.result, first.result]);
  expect(await clientOf(service.url).runs.list(threadId)).toHaveLength(2);
  const [, other] = await again({ ...start, id: 2 });
  expect(other).toMatchObject({ type: 'error', id: 2, error: 'invalid_argument' });
});

test('a thread belongs to its graph', async () => {
  const threadId = await ran('desk', say('Here.'));
  const { frame } = await send(threadId, {
    id: 1,
    method: 'run.start',
    params: { assistant_id: 'till', input },
  });
  expect(frame).toMatchObject({
    error: 'invalid_argument',
    message: expect.stringContaining('belongs to desk'),
  });
});

test('answers are held against what the thread waits for', async () => {
  const threadId = await ran('till', call('look_up', { order: 7 }), say('On its way.'));
  const respond = (params: object) => send(threadId, { id: 2, method: 'input.respond', params });
  const state = await clientOf(service.url).threads.getState(threadId);
  const interrupt_id = state.tasks[0]?.interrupts[0]?.id ?? '';
  const good = { namespace: [], interrupt_id, response: 'accept' };
  const errors = [
    respond({ ...good, interrupt_id: 'other' }),
    respond({ responses: [good, { ...good, interrupt_id: 'other' }] }),
    respond({ responses: [good, good] }),
    respond({ ...good, responses: [good] }),
    respond({ ...good, namespace: ['agent:1'] }),
    respond({ ...good, goto: 'clerk' }),
    respond({ ...good, update: { agent: 'clerk' } }),
  ];
  expect((await Promise.all(errors)).map(({ frame }) => frame.error)).toEqual([
    'no_such_interrupt',
    'no_such_interrupt',
    'invalid_argument',
    'invalid_argument',
    'no_such_namespace',
    'invalid_argument',
    'invalid_argument',
  ]);
  const tree = async () => (await send(threadId, { id: 3, method: 'agent.getTree' })).frame.result;
  expect(await tree()).toMatchObject({ tree: { status: 'interrupted', graph_name: 'till' } });
  const [first, second] = await Promise.all([respond({ responses: [good] }), respond(good)]);
  expect([first.frame.type, second.frame.type].sort()).toEqual(['error', 'success']);
  expect([first.frame, second.frame].find(({ type }) => type === 'error')?.error).toBe('no_such_interrupt');
  await vi.waitUntil(async () => JSON.stringify(await tree()).includes('completed'), { timeout: 10_000 });
});

test('states that are not there are told', async () => {
  const threadId = await ran('desk', say('Here.'));
  const missing = crypto.randomUUID();
  const fork = { id: 1, method: 'state.fork', params: { checkpoint_id: missing } };
  expect((await send(threadId, fork)).frame.error).toBe('no_such_checkpoint');
  const configurable = { checkpoint_id: missing };
  const branch = { assistant_id: 'desk', input, config: { configurable } };
  expect((await send(threadId, { id: 1, method: 'run.start', params: branch })).frame.error).toBe(
    'no_such_checkpoint',
  );
  const nothingNew = { assistant_id: 'desk', input: null };
  expect((await send(threadId, { id: 1, method: 'run.start', params: nothingNew })).frame).toMatchObject({
    error: 'invalid_argument',
    message: expect.stringContaining('nothing to go on with'),
  });
  const tree = { id: 1, method: 'agent.getTree', params: { run_id: missing } };
  expect((await send(threadId, tree)).frame.error).toBe('no_such_run');
  const get = { id: 1, method: 'state.get', params: { namespace: ['sub'] } };
  expect((await send(threadId, get)).frame.error).toBe('no_such_namespace');
});
