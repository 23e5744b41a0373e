import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { call, say } from '../support/scripted-model.ts';
import { startService, type TestService } from '../support/start-service.ts';

interface Answer {
  id: number;
  result: { id: string; contextId: string };
}

let service: TestService;

beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.stop());

const parts = [{ kind: 'text', text: 'Where is my order 7?' }];

function post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return fetch(`${service.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: text,
  });
}

function rpc(method: string, params?: unknown) {
  return { jsonrpc: '2.0', id: 7, method, ...(params !== undefined && { params }) };
}

test.each([['/.well-known/agent-card.json?assistant_id=desk'], ['/a2a/desk/.well-known/agent-card.json']])(
  'the card at %s is one that clients of both versions read',
  async (path) => {
    const card = (await (await fetch(`${service.url}${path}`)).json()) as { url: string };
    const { assistantId, url } = await found();
    expect(card).toMatchObject({
      name: 'desk',
      description: 'A desk that answers about orders.',
      protocolVersion: '0.3.0',
      preferredTransport: 'JSONRPC',
      url,
      supportedInterfaces: [
        { url, protocolBinding: 'JSONRPC', protocolVersion: '1.0' },
        { url, protocolBinding: 'JSONRPC', protocolVersion: '0.3' },
      ],
      capabilities: { streaming: true, pushNotifications: false },
      defaultInputModes: ['text/plain', 'application/json'],
      skills: [{ id: 'desk', name: 'desk', tags: expect.any(Array) }],
    });
    expect(card.url).toContain(assistantId);
  },
);

test('where TLS ends in front of the service, the card says so', async () => {
  const headers = { 'x-forwarded-proto': 'https' };
  const answer = await fetch(`${service.url}/a2a/desk/.well-known/agent-card.json`, { headers });
  expect(await answer.json()).toMatchObject({ url: expect.stringMatching(/^https:/) });
});

test('where there are several graphs, the card has to be asked for by name', async () => {
  const answer = await fetch(`${service.url}/.well-known/agent-card.json`);
  expect(answer.status).toBe(400);
  expect(await answer.text()).toContain('desk, till');
  expect((await fetch(`${service.url}/a2a/none/.well-known/agent-card.json`)).status).toBe(404);
});

test('an assistant that somebody made is an agent too', async () => {
  service.script(say('One.'));
  const made = await post('/assistants', { graph_id: 'desk', context: { shop: 7 }, metadata: { of: 'me' } });
  const { assistant_id } = (await made.json()) as { assistant_id: string };
  const answer = await post(
    `/a2a/${assistant_id}`,
    rpc('message/send', { message: { role: 'user', parts } }),
  );
  const { result } = (await answer.json()) as Answer;
  expect(result).toMatchObject({ kind: 'task', status: { state: 'completed' } });
  const run = await fetch(`${service.url}/threads/${result.contextId}/runs/${result.id}`);
  expect(await run.json()).toMatchObject({ assistant_id, status: 'success', metadata: { of: 'me' } });
});

test('a message of 0.3 needs no id, and waits for its answer as LangGraph’s server does', async () => {
  service.script(say('One.'));
  const configuration = { acceptedOutputModes: ['text'], historyLength: null };
  const refused = await post(
    '/a2a/desk',
    rpc('message/send', { message: { role: 'user', parts }, configuration }),
  );
  expect(await refused.json()).toMatchObject({ error: { code: -32005 } });
  const message = { role: 'user', parts, messageId: '', contextId: null, taskId: null };
  const asked = rpc('message/send', { message, configuration: { acceptedOutputModes: ['text/plain'] } });
  const { id, result } = (await (await post('/a2a/desk', asked)).json()) as Answer;
  expect(id).toBe(7);
  expect(result).toMatchObject({
    kind: 'task',
    status: { state: 'completed' },
    artifacts: [{ name: 'answer', parts: [{ kind: 'text', text: 'One.' }, { kind: 'data' }] }],
  });
});

test('a stream of 0.3 is one of server-sent events that ends with a final one', async () => {
  service.script(say('One.'));
  const answer = await post('/a2a/desk/', rpc('message/stream', { message: { role: 'user', parts } }));
  expect(answer.headers.get('content-type')).toContain('text/event-stream');
  const events = (await answer.text())
    .split('\n')
    .filter((line) => line.startsWith('data: '))
    .map((line) => JSON.parse(line.slice(6)));
  expect(events.every(({ jsonrpc, id }) => jsonrpc === '2.0' && id === 7)).toBe(true);
  expect(events[0].result).toMatchObject({ kind: 'task', status: { state: 'submitted' } });
  expect(events.at(-1).result).toMatchObject({
    kind: 'status-update',
    final: true,
    status: { state: 'completed' },
  });
});

test('a task that is answered at another door goes on as itself', async () => {
  service.script(call('look_up', { order: 7 }), say('It is on its way.'));
  const sent = rpc('message/send', { message: { role: 'user', parts } });
  const { result: task } = (await (await post('/a2a/till', sent)).json()) as Answer;
  expect(task).toMatchObject({ status: { state: 'input-required' } });
  const resume = { assistant_id: 'till', command: { resume: 'accept' } };
  const ended = await post(`/threads/${task.contextId}/runs/wait`, resume);
  expect(await ended.text()).toContain('It is on its way.');
  const got = (await (await post('/a2a/till', rpc('tasks/get', { id: task.id }))).json()) as Answer;
  expect(got.result).toMatchObject({
    id: task.id,
    status: { state: 'completed' },
    artifacts: [{ parts: [{ text: 'It is on its way.' }, { kind: 'data' }] }],
  });
});

test('the same id for another message of a context is refused', async () => {
  service.script(say('One.'));
  const contextId = randomUUID();
  const message = { role: 'user', messageId: '1', contextId, parts };
  const one = await post('/a2a/desk', rpc('message/send', { message }));
  expect(await one.json()).toMatchObject({ result: { contextId } });
  const other = { ...message, parts: [{ kind: 'text', text: 'And?' }] };
  const two = await post('/a2a/desk', rpc('message/send', { message: other }));
  expect(await two.json()).toMatchObject({ error: { code: -32004 } });
});

const message = { role: 'user', messageId: randomUUID(), parts };

test.each<[string, unknown, number, number]>([
  ['what is no JSON', '{', 400, -32700],
  ['a list of calls', [rpc('tasks/get', { id: 'x' })], 200, -32600],
  ['what is no call', {}, 200, -32600],
  ['another version of JSON-RPC', { ...rpc('tasks/get'), jsonrpc: '1.0' }, 200, -32600],
  ['an id that is none', { ...rpc('tasks/get'), id: {} }, 200, -32600],
  ['an unknown method', rpc('message/shout', {}), 200, -32601],
  ['no parameters', rpc('message/send'), 200, -32602],
  ['a list of parameters', rpc('message/send', [message]), 200, -32602],
  ['no message', rpc('SendMessage', {}), 200, -32602],
  ['no parts', rpc('message/send', { message: { ...message, parts: [] } }), 200, -32602],
  [
    'parts that are none',
    rpc('SendMessage', { message: { ...message, parts: [{ nothing: 1 }] } }),
    200,
    -32602,
  ],
  [
    'a text that is none',
    rpc('message/send', { message: { ...message, parts: [{ kind: 'text' }] } }),
    200,
    -32602,
  ],
  [
    'a file that is none',
    rpc('message/send', { message: { ...message, parts: [{ kind: 'file' }] } }),
    200,
    -32602,
  ],
  [
    'a part of no kind',
    rpc('message/send', { message: { ...message, parts: [{ text: 'x' }] } }),
    200,
    -32602,
  ],
  ['an agent’s message', rpc('message/send', { message: { ...message, role: 'agent' } }), 200, -32602],
  ['a role that is none', rpc('message/send', { message: { ...message, role: 7 } }), 200, -32602],
  ['a history that is no number', rpc('tasks/get', { id: 'x', historyLength: 'all' }), 200, -32602],
  ['a task without an id', rpc('GetTask', {}), 200, -32602],
  ['an unknown task', rpc('tasks/get', { id: randomUUID() }), 200, -32001],
  ['an unknown task to cancel', rpc('tasks/cancel', { id: 'x' }), 200, -32001],
  ['an unknown task to watch', rpc('tasks/resubscribe', { id: 'x' }), 200, -32001],
  ['push notifications of 0.3', rpc('tasks/pushNotificationConfig/set', {}), 200, -32003],
  ['push notifications of 1.0', rpc('CreateTaskPushNotificationConfig', { taskId: 'x' }), 200, -32003],
  ['an extended card', rpc('agent/getAuthenticatedExtendedCard'), 200, -32007],
])('%s is refused with the code of the protocol', async (_, body, status, code) => {
  const answer = await post('/a2a/desk', body);
  expect([answer.status, await answer.json()]).toMatchObject([
    status,
    { jsonrpc: '2.0', error: { code, message: expect.any(String) } },
  ]);
});

test('what comes before a call is refused in the shape of JSON-RPC too', async () => {
  const unknown = await post('/a2a/none', rpc('message/send', { message }));
  expect([unknown.status, await unknown.json()]).toMatchObject([
    404,
    { jsonrpc: '2.0', error: { code: -32602 } },
  ]);
  const type = await post('/a2a/desk', 'hello', { 'content-type': 'text/html' });
  expect([type.status, await type.json()]).toMatchObject([415, { error: { code: -32005 } }]);
  const version = await post('/a2a/desk', rpc('GetTask', { id: 'x' }), { 'a2a-version': '2.0' });
  expect(await version.json()).toMatchObject({ error: { code: -32009 } });
  const got = await fetch(`${service.url}/a2a/desk`);
  expect([got.status, await got.json()]).toMatchObject([405, { jsonrpc: '2.0' }]);
});

test('while the service stops, clients are told to come again', async () => {
  const stopping = service.context.turns.stopping;
  service.context.turns.stopping = true;
  for (const method of ['message/send', 'message/stream']) {
    const answer = await post('/a2a/desk', rpc(method, { message }));
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '2']);
    expect(await answer.json()).toMatchObject({ jsonrpc: '2.0', error: { code: -32603 } });
  }
  service.context.turns.stopping = stopping;
});

async function found() {
  const [assistant] = (await (await post('/assistants/search', { graph_id: 'desk' })).json()) as {
    assistant_id: string;
  }[];
  const assistantId = assistant?.assistant_id ?? '';
  return { assistantId, url: `${service.url}/a2a/${assistantId}` };
}
