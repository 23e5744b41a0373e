import { randomUUID } from 'node:crypto';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Progress } from '@modelcontextprotocol/sdk/types.js';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { ModelError } from '../../src/model/chat-model.ts';
import { call, say, transfer } from '../support/scripted-model.ts';
import { startService, type TestService } from '../support/start-service.ts';
import { agentText, makeProject } from '../support/temp-project.ts';

let service: TestService;

beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.stop());

const arguments_ = { message: 'Where is my order 7?' };

test('every graph is a tool', async () => {
  const client = await connect(service.url);
  const { tools } = await client.listTools();
  expect(tools.map(({ name, description }) => [name, description])).toEqual([
    ['desk', 'A desk that answers about orders.'],
    ['till', 'A desk where a person looks at every call.'],
  ]);
  expect(tools[0]?.inputSchema).toMatchObject({
    type: 'object',
    required: ['message'],
    properties: { message: { type: 'string' }, thread_id: { type: 'string', format: 'uuid' } },
  });
});

test('a call is a turn: its answer, where to go on, who spoke and what it rests on', async () => {
  service.script(
    transfer('clerk', { question: 'Where is 7?' }),
    call('look_up', { order: 7 }),
    say('Order 7 is on its way to you.'),
  );
  const client = await connect(service.url);
  const progress: Progress[] = [];
  const answer = await client.callTool({ name: 'desk', arguments: arguments_ }, undefined, {
    onprogress: (told) => void progress.push(told),
  });
  expect(answer).toMatchObject({
    content: [{ type: 'text', text: 'Order 7 is on its way to you.' }],
    structuredContent: {
      status: 'completed',
      answer: 'Order 7 is on its way to you.',
      thread_id: expect.any(String),
      run_id: expect.any(String),
      path: ['triage', 'clerk'],
      evidence: [{ agent: 'clerk', tool: 'look_up', args: { order: 7 } }],
    },
  });
  expect(progress.map(({ progress, message }) => [progress, message])).toEqual([
    [1, 'triage is at work'],
    [2, 'triage hands over to clerk'],
    [3, 'clerk is at work'],
    [4, 'clerk calls look_up'],
    [5, 'clerk is at work'],
  ]);
});

test('a conversation goes on', async () => {
  const model = service.script(say('One.'), say('Two.'));
  const client = await connect(service.url);
  const thread_id = randomUUID();
  await client.callTool({ name: 'desk', arguments: { ...arguments_, thread_id } });
  const second = await client.callTool({ name: 'desk', arguments: { message: 'And?', thread_id } });
  expect(second.structuredContent).toMatchObject({ thread_id, answer: 'Two.' });
  expect(model.requests[1]?.messages.map(({ content }) => content)).toEqual([
    arguments_.message,
    'One.',
    'And?',
  ]);
});

test('a turn that waits says what for', async () => {
  service.script(call('look_up', { order: 7 }));
  const client = await connect(service.url);
  const answer = await client.callTool({ name: 'till', arguments: arguments_ });
  expect(answer).toMatchObject({
    content: [{ text: expect.stringContaining('look_up') }],
    structuredContent: { status: 'waiting', interrupts: [{ value: { type: 'approval' } }] },
  });
});

test.each([
  ['no message', {}, 'message'],
  ['an empty message', { message: ' ' }, 'message: say something'],
  ['a thread that is no UUID', { ...arguments_, thread_id: 'mine' }, 'thread_id: expected a UUID'],
  ['what a graph does not take', { ...arguments_, temperature: 1 }, 'temperature'],
])('%s is told to the model that calls', async (_, args, why) => {
  const client = await connect(service.url);
  expect(await client.callTool({ name: 'desk', arguments: args })).toMatchObject({
    isError: true,
    content: [{ text: expect.stringContaining(why) }],
  });
});

test('a turn that fails is told to the model that calls', async () => {
  service.script(() => {
    throw new ModelError('unavailable', 'The model gave no reply.');
  });
  const client = await connect(service.url);
  expect(await client.callTool({ name: 'desk', arguments: arguments_ })).toMatchObject({
    isError: true,
    content: [{ text: 'The model gave no reply.' }],
  });
});

test('a graph that is not there is no tool', async () => {
  const client = await connect(service.url);
  const unknown = client.callTool({ name: 'none', arguments: arguments_ });
  await expect(unknown).rejects.toMatchObject({ code: -32602 });
});

test('a call that is taken back cancels its turn, and nobody else’s', async () => {
  service.script(transfer('clerk', { question: 'Where is 0?' }), call('look_up', { order: 0 }));
  const [client, other] = await Promise.all([connect(service.url), connect(service.url)]);
  const controller = new AbortController();
  const thread_id = randomUUID();
  const called = Promise.withResolvers<void>();
  const taken = client.callTool({ name: 'desk', arguments: { ...arguments_, thread_id } }, undefined, {
    signal: controller.signal,
    onprogress: ({ message }) => message === 'clerk calls look_up' && called.resolve(),
  });
  taken.catch(() => undefined); // looked at below
  await called.promise;
  for (const requestId of [0, 1, 2]) {
    await other.notification({ method: 'notifications/cancelled', params: { requestId } });
  }
  expect(await statusOf(thread_id)).toBe('running');
  controller.abort();
  await expect(taken).rejects.toThrow();
  await expect.poll(() => statusOf(thread_id)).toBe('interrupted');
});

test('a graph that appears is listed at once', async () => {
  const files = { 'agents/solo.md': agentText('You answer.'), 'graphs/one.yaml': graphText('One.') };
  const project = await makeProject(files);
  onTestFinished(project.remove);
  const live = await startService({ project: project.dir, watch: true });
  onTestFinished(live.stop);
  const client = await connect(live.url);
  const names = async () => (await client.listTools()).tools.map(({ name }) => name);
  expect(await names()).toEqual(['one']);
  await project.write({ 'graphs/two.yaml': graphText('Two.') });
  await expect.poll(names, { timeout: 20_000 }).toEqual(['one', 'two']);
});

const initialize = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 't', version: '1' } },
};
const both = 'application/json, text/event-stream';

test.each<[string, string, string | undefined, string, number]>([
  ['GET', 'GET', undefined, both, 405],
  ['DELETE', 'DELETE', undefined, both, 405],
  ['a client that takes no stream', 'POST', JSON.stringify(initialize), 'application/json', 406],
  ['a notification', 'POST', '{"jsonrpc":"2.0","method":"notifications/initialized"}', both, 202],
  ['a request', 'POST', JSON.stringify(initialize), both, 200],
  ['what is no JSON', 'POST', '{', both, 400],
  ['what is no message', 'POST', '"hello"', both, 400],
  ['what is no message of JSON-RPC', 'POST', '{}', both, 400],
])('%s is answered', async (_, method, body, accept, status) => {
  const headers = { accept, 'content-type': 'application/json' };
  for (const path of ['/mcp', '/mcp/']) {
    const answer = await fetch(`${service.url}${path}`, { method, headers, ...(body && { body }) });
    expect(answer.status).toBe(status);
    const text = await answer.text();
    if (status >= 400)
      expect(JSON.parse(text)).toMatchObject({ jsonrpc: '2.0', error: { code: expect.any(Number) } });
  }
});

async function connect(url: string): Promise<Client> {
  const client = new Client({ name: 'test', version: '1' });
  // its optional fields do not fit exactOptionalPropertyTypes
  await client.connect(
    new StreamableHTTPClientTransport(new URL(`${url}/mcp`)) as Parameters<Client['connect']>[0],
  );
  onTestFinished(() => client.close());
  return client;
}

async function statusOf(threadId: string): Promise<string | undefined> {
  const run = await service.context.db
    .selectFrom('baton.run')
    .select('status')
    .where('thread_id', '=', threadId)
    .executeTakeFirst();
  return run?.status;
}

function graphText(description: string): string {
  return `description: ${description}\nstart: solo\nagents: [solo]\n`;
}
