import { once } from 'node:events';
import { Client } from '@langchain/langgraph-sdk';
import OpenAI from 'openai';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { findKey } from '../../../src/db/api-keys.ts';
import { keyPrefix, parseKey } from '../../../src/identity/key-text.ts';
import { takeBackKey } from '../../../src/identity/make-key.ts';
import { assumeWork } from '../../../src/tenancy.ts';
import { bearer, giveKey } from '../../support/give-key.ts';
import { makeTenant, send, withAuth } from '../../support/people.ts';
import { call, say, transfer } from '../../support/scripted-model.ts';
import { startService, type TestService } from '../../support/start-service.ts';

let service: TestService;
let acme: string;
let other: string;
const lines: Record<string, unknown>[] = [];

beforeAll(async () => {
  const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  service = await startService({ settings: withAuth, log: log as never }); // as openLog makes one
  assumeWork(undefined); // what is done on nobody's behalf fails
  for (const tenant of ['acme', 'other']) await makeTenant(service.context, tenant);
  acme = await giveKey(service.context, 'acme');
  other = await giveKey(service.context, 'other');
});
afterAll(() => service.stop());

const ask = (key: string, method: string, path: string, body?: unknown) =>
  send(service, method, path, { headers: bearer(key), ...(body !== undefined && { body }) });
const input = { messages: [{ role: 'user', content: 'Where is my order 7?' }] };
const scriptTurn = () =>
  service.script(
    transfer('clerk', { question: 'Where is 7?' }),
    call('look_up', { order: 7 }),
    say('It is on its way.'),
  );

function langGraph(apiKey: string | null): Client {
  return new Client({ apiUrl: service.url, apiKey, callerOptions: { maxRetries: 0 } });
}

test('LangGraph’s client streams a whole turn for its key’s tenant, and another key finds nothing of it', async () => {
  scriptTurn();
  const client = langGraph(acme);
  const { thread_id } = await client.threads.create();
  const events = [];
  for await (const { event } of client.runs.stream(thread_id, 'desk', {
    input,
    streamMode: ['values', 'updates'],
  })) {
    events.push(event);
  }
  expect(events.at(0)).toBe('metadata');
  expect(events).not.toContain('error');
  const state = await client.threads.getState<{ messages: unknown[] }>(thread_id);
  expect(state.values.messages.length).toBeGreaterThan(3);
  await expect(langGraph(other).threads.getState(thread_id)).rejects.toThrow(/404/);
  await expect(langGraph(null).threads.getState(thread_id)).rejects.toThrow(/401/);
});

test('a client that reads slowly is served by its own tenant to the last chunk', async () => {
  service.script(say('word '.repeat(300)));
  const { thread_id } = await langGraph(acme).threads.create();
  const answer = await fetch(`${service.url}/threads/${thread_id}/runs/stream`, {
    method: 'POST',
    headers: { ...bearer(acme), 'Content-Type': 'application/json' },
    body: JSON.stringify({ assistant_id: 'desk', input, stream_mode: ['messages-tuple', 'values'] }),
  });
  let text = '';
  for await (const chunk of answer.body ?? []) {
    text += Buffer.from(chunk).toString();
    await new Promise(setImmediate);
  }
  expect(text).not.toContain('event: error');
  expect(text).toContain('word '.repeat(300).trim());
});

test('OpenAI’s client says its key as a bearer, and hears in its own words that it is none', async () => {
  service.script(say('Hello.'));
  const client = (apiKey: string) => new OpenAI({ baseURL: `${service.url}/v1`, apiKey, maxRetries: 0 });
  const request = { model: 'desk', messages: [{ role: 'user' as const, content: 'Hello?' }] };
  const answer = await client(acme).chat.completions.create(request);
  expect(answer.choices[0]?.message.content).toBe('Hello.');
  await expect(client('sk-nothing').chat.completions.create(request)).rejects.toBeInstanceOf(
    OpenAI.AuthenticationError,
  );
  const viewer = await giveKey(service.context, 'acme', { role: 'viewer' });
  await expect(client(viewer).chat.completions.create(request)).rejects.toBeInstanceOf(
    OpenAI.PermissionDeniedError,
  );
});

async function open(threadId: string, options: { headers?: Record<string, string>; protocols?: string[] }) {
  const url = `${service.url.replace('http', 'ws')}/threads/${threadId}/stream/events`;
  const socket = new WebSocket(url, options.protocols ?? [], { headers: options.headers ?? {} });
  const opened = once(socket, 'open').then(() => 101);
  const refused = once(socket, 'unexpected-response').then(([, answer]) => answer.statusCode as number);
  opened.catch(() => undefined);
  refused.catch(() => undefined);
  const status = await Promise.race([opened, refused]);
  const frames: Record<string, unknown>[] = [];
  socket.on('message', (data) => frames.push(JSON.parse(String(data))));
  socket.on('error', () => undefined);
  return { socket, status, frames };
}

test('a WebSocket opens for a key in a header or among its protocols, and for nobody else', async () => {
  const { thread_id } = await langGraph(acme).threads.create();
  const ways: [{ headers?: Record<string, string>; protocols?: string[] }, number][] = [
    [{}, 401],
    [{ headers: bearer('nothing') }, 401],
    [{ headers: bearer(await giveKey(service.context, 'acme', { role: 'viewer' })) }, 403],
    [{ headers: { 'X-Api-Key': acme } }, 101],
    [{ protocols: ['v1', `baton.bearer.${acme}`] }, 101],
    [{ protocols: ['v1', 'baton.bearer.nothing'] }, 401],
  ];
  for (const [way, status] of ways) {
    const opened = await open(thread_id, way);
    expect([way, opened.status]).toEqual([way, status]);
    if (way.protocols && status === 101) expect(opened.socket.protocol).toBe('v1'); // the key is not said back
    opened.socket.terminate();
  }
});

test('what comes over a socket is done for who opened it, and no more once their key is revoked', async () => {
  scriptTurn();
  const key = await giveKey(service.context, 'acme');
  const { thread_id } = await langGraph(acme).threads.create();
  const { socket, frames } = await open(thread_id, { headers: bearer(key) });
  const subscribe = {
    id: 1,
    method: 'subscription.subscribe',
    params: { channels: ['lifecycle', 'values'] },
  };
  socket.send(JSON.stringify(subscribe));
  socket.send(JSON.stringify({ id: 2, method: 'run.start', params: { assistant_id: 'desk', input } }));
  const ended = () => frames.some((frame) => JSON.stringify(frame).includes('"event":"completed"'));
  await vi.waitUntil(ended, { timeout: 15_000 });
  expect(frames.filter(({ type }) => type === 'error')).toEqual([]);
  expect((await ask(acme, 'GET', `/threads/${thread_id}/runs`)).body).toHaveLength(1);
  expect((await ask(other, 'GET', `/threads/${thread_id}/runs`)).status).toBe(404);

  const row = await findKey(service.context.db, parseKey(key)?.keyId ?? '');
  if (row) await takeBackKey(service.context.db, 'command', row);
  const closed = once(socket, 'close');
  socket.send(JSON.stringify({ id: 3, method: 'state.get' }));
  expect((await closed)[0]).toBe(4401);
});

test('MCP and A2A serve the key’s tenant', async () => {
  service.script(say('Hello from MCP.'), say('Hello from A2A.'));
  const rpc = (method: string, params: object) => ({ jsonrpc: '2.0', id: 1, method, params });
  const answer = await service.app.request('/mcp', {
    method: 'POST',
    headers: {
      ...bearer(acme),
      'Content-Type': 'application/json',
      Accept: 'application/json, text/event-stream',
    },
    body: JSON.stringify(rpc('tools/call', { name: 'desk', arguments: { message: 'Hello?' } })),
  });
  const said = await answer.text();
  expect(said).toContain('Hello from MCP.');
  const threadId = /"thread_id":"([0-9a-f-]{36})"/.exec(said)?.[1];
  expect((await ask(acme, 'GET', `/threads/${threadId}`)).status).toBe(200);
  expect((await ask(other, 'GET', `/threads/${threadId}`)).status).toBe(404);
  const message = {
    kind: 'message',
    role: 'user',
    messageId: 'm1',
    parts: [{ kind: 'text', text: 'Hello?' }],
  };
  const task = await ask(acme, 'POST', '/a2a/desk', rpc('message/send', { message }));
  expect(JSON.stringify(task.body)).toContain('Hello from A2A.');
});

test('a key for some graphs finds no others at any door', async () => {
  const held = await giveKey(service.context, 'acme', { role: 'engineer', graphs: ['desk'] });
  const free = await giveKey(service.context, 'acme', { role: 'engineer' });
  const rpc = { jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} };
  const accept = {
    ...bearer(held),
    'Content-Type': 'application/json',
    Accept: 'application/json, text/event-stream',
  };
  const tools = await service.app.request('/mcp', {
    method: 'POST',
    headers: accept,
    body: JSON.stringify(rpc),
  });
  const listed = await tools.text();
  expect([listed.includes('"desk"'), listed.includes('"till"')]).toEqual([true, false]);
  const models = (await ask(held, 'GET', '/v1/models')).body.data as { id: string }[];
  expect(models.map(({ id }) => id)).toEqual(['desk']);
  const assistants = (await ask(held, 'POST', '/assistants/search', {})).body as unknown as {
    graph_id: string;
  }[];
  expect(assistants.map(({ graph_id }) => graph_id)).toEqual(['desk']);
  const messages = [{ role: 'user', content: 'Hello?' }];
  const refused = [
    await ask(held, 'GET', '/v1/models/till'),
    await ask(held, 'POST', '/v1/chat/completions', { model: 'till', messages }),
    await ask(held, 'POST', '/v1/responses', { model: 'till', input: 'Hello?' }),
    await ask(held, 'POST', '/runs', { assistant_id: 'till', input }),
    await ask(held, 'POST', '/assistants', { graph_id: 'till' }),
    await ask(held, 'GET', '/assistants/till'),
    await ask(held, 'GET', '/a2a/till/.well-known/agent-card.json'),
    await ask(held, 'POST', '/a2a/till', { jsonrpc: '2.0', id: 1, method: 'message/send', params: {} }),
    await ask(held, 'POST', '/runs/crons', { assistant_id: 'till', schedule: '0 0 * * *', input }),
  ];
  expect(refused.map(({ status }) => status)).toEqual(refused.map(() => 404));
  const unknown = await ask(held, 'POST', '/runs', { assistant_id: 'nothing', input });
  expect(refused[3]?.body.detail).toBe(String(unknown.body.detail).replace('nothing', 'till'));

  const assistant = (await ask(free, 'POST', '/assistants', { graph_id: 'till', name: 'T' })).body
    .assistant_id;
  for (const [method, body] of [['GET'], ['PATCH', { name: 'mine' }], ['DELETE']] as const) {
    expect((await ask(held, method, `/assistants/${assistant}`, body)).status).toBe(404);
  }
  expect((await ask(free, 'GET', `/assistants/${assistant}`)).body.name).toBe('T');
});

test('a thread of another graph is not there for a key that is held to some', async () => {
  service.script(say('Mine.'), say('Its.'));
  const held = await giveKey(service.context, 'acme', { role: 'engineer', graphs: ['desk'] });
  const turn = (assistant_id: string) =>
    ask(acme, 'POST', '/runs/wait', { assistant_id, input, on_completion: 'keep' });
  await turn('desk');
  await turn('till');
  const threads = (await ask(acme, 'POST', '/threads/search', {})).body as unknown as {
    thread_id: string;
    metadata: { graph_id: string };
  }[];
  const till = threads.find(({ metadata }) => metadata.graph_id === 'till')?.thread_id ?? '';
  expect(till).not.toBe('');
  const seen = (await ask(held, 'POST', '/threads/search', {})).body as unknown as typeof threads;
  expect(seen.some(({ thread_id }) => thread_id === till)).toBe(false);
  const rpc = {
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/call',
    params: { name: 'desk', arguments: { message: 'Hi', thread_id: till } },
  };
  const refused = [
    await ask(held, 'GET', `/threads/${till}`),
    await ask(held, 'GET', `/threads/${till}/state`),
    await ask(held, 'GET', `/threads/${till}/history`),
    await ask(held, 'GET', `/threads/${till}/runs`),
    await ask(held, 'GET', `/threads/${till}/stream`),
    await ask(held, 'POST', `/threads/${till}/stream/events`, { channels: ['values'] }),
    await ask(held, 'POST', `/threads/${till.toUpperCase()}/runs`, {
      assistant_id: 'desk',
      input,
      if_not_exists: 'create',
    }),
    await ask(held, 'DELETE', `/threads/${till}`),
    await ask(held, 'GET', `/v1/conversations/conv_${till.replaceAll('-', '')}`),
  ];
  expect(refused.map(({ status }) => status)).toEqual(refused.map(() => 404));
  const mcp = await service.app.request('/mcp', {
    method: 'POST',
    headers: {
      ...bearer(held),
      'Content-Type': 'application/json',
      Accept: 'application/json, text/event-stream',
    },
    body: JSON.stringify(rpc),
  });
  expect(await mcp.text()).toMatch(/There is no thread/);
});

test('the line in the log says who asked, and nothing of their key', async () => {
  lines.length = 0;
  await ask(acme, 'GET', '/v1/models');
  await ask('baton_0000000000000000_x\u001b[31m', 'GET', '/v1/models').catch(() => undefined);
  const [line] = lines.filter(({ path }) => path === '/v1/models');
  const { keyId = '', secret = 'none' } = parseKey(acme) ?? {};
  expect(line).toMatchObject({ tenant: 'acme', caller: `key:${keyId}`, status: 200 });
  expect(JSON.stringify(lines)).not.toContain(secret);
  expect(JSON.stringify(lines)).not.toContain(keyPrefix(keyId));
});
