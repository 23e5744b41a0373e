import { once } from 'node:events';
import { Client } from '@langchain/langgraph-sdk';
import OpenAI from 'openai';
import { afterAll, afterEach, beforeAll, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { createTenant } from '../../src/db/tenants.ts';
import { makeKey } from '../../src/identity/make-key.ts';
import { asService } from '../../src/tenancy.ts';
import { say } from '../support/scripted-model.ts';
import { startService, type TestService } from '../support/start-service.ts';
import { makeTestDatabase, type TestDatabase } from '../support/test-database.ts';

let made: TestDatabase;
let service: TestService;
beforeAll(async () => {
  made = await makeTestDatabase();
});
afterEach(async () => {
  await service.stop();
  await made.database.db.deleteFrom('baton.limit_count').execute();
});
afterAll(() => made.drop());

async function start(limits: string | undefined, settings: Record<string, string> = {}): Promise<string> {
  const database = { ...made.database, close: async () => undefined }; // the file closes it
  service = await startService({
    made: { ...made, database },
    settings: { BATON_AUTH: 'local', ...(limits && { BATON_LIMITS: limits }), ...settings },
  });
  return service.url;
}

const required = { BATON_AUTH: 'required' };

async function keyOf(tenant: string): Promise<{ authorization: string; id: string }> {
  const { db } = service.context;
  const found = await asService(() =>
    db.selectFrom('baton.tenant').select('tenant_id').where('tenant_id', '=', tenant).executeTakeFirst(),
  );
  if (!found) await asService(() => createTenant(db, { tenantId: tenant, name: tenant }));
  const { text, key } = await makeKey(db, 'command', tenant, { name: 'test', role: 'admin' });
  return { authorization: `Bearer ${text}`, id: key.key_id };
}

const json = { 'content-type': 'application/json' };
const hello = { model: 'desk', messages: [{ role: 'user' as const, content: 'Hello' }] };
const runHello = { assistant_id: 'desk', input: { messages: [{ role: 'user', content: 'Hello' }] } };

function post(path: string, body: object, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${service.url}${path}`, {
    method: 'POST',
    headers: { ...json, ...headers },
    body: JSON.stringify(body),
  });
}

const statusesOf = (answers: Response[]) => answers.map(({ status }) => status);
async function ask(times: number, act: () => Promise<Response>): Promise<Response[]> {
  const answers: Response[] = [];
  for (let n = 0; n < times; n++) answers.push(await act());
  return answers;
}

test('an address gets so many answers and then problem details that name the limit, and says when to come again', async () => {
  const url = await start('address=3/1m');
  const answers = await ask(5, () => fetch(`${url}/api/v1/films?limit=1`));
  expect(statusesOf(answers)).toEqual([200, 200, 200, 429, 429]);
  const [first, , , refused] = answers;
  expect(first?.headers.get('ratelimit-policy')).toBe('"address";q=3;w=60');
  expect(first?.headers.get('ratelimit')).toMatch(/^"address";r=2;t=6[0-3]$/);
  expect(first?.headers.get('x-ratelimit-limit')).toBe('3');
  expect(first?.headers.get('x-ratelimit-remaining')).toBe('2');
  expect(refused?.headers.get('ratelimit')).toMatch(/^"address";r=0;t=\d\d$/);
  const after = Number(refused?.headers.get('retry-after'));
  expect(after).toBeGreaterThan(50);
  expect(after).toBeLessThanOrEqual(63);
  expect(refused?.headers.get('content-type')).toBe('application/problem+json');
  expect(await refused?.json()).toMatchObject({
    type: 'https://iana.org/assignments/http-problem-types#quota-exceeded',
    status: 429,
    code: 'too-many-requests',
    'violated-policies': ['address'],
  });
  expect(await service.context.metrics.limited.get()).toMatchObject({
    values: [{ labels: { limit: 'address' }, value: 2 }],
  });
});

test('health and readiness are answered however often they are asked', async () => {
  const url = await start('address=1/1m');
  for (const path of ['/health', '/ready', '/ok', '/health', '/ready', '/ok'])
    expect((await fetch(`${url}${path}`)).status).toBe(200);
});

test('each door refuses in its own shape', async () => {
  await start('address=1/1m');
  await post('/threads', {});
  const shapes: [string, object][] = [
    ['/v1/chat/completions', { error: { type: 'rate_limit_error', code: 'rate_limit_exceeded' } }],
    ['/threads/search', { detail: expect.stringMatching(/^Too many: .*Try again in \d+ s\.$/) }],
    ['/mcp', { jsonrpc: '2.0', error: { code: -32600 }, id: null }],
    ['/a2a/desk', { jsonrpc: '2.0', error: { message: expect.stringContaining('Too many') }, id: null }],
  ];
  for (const [path, shape] of shapes) {
    const answer = await post(path, {});
    expect([path, answer.status, Number(answer.headers.get('retry-after')) > 0]).toEqual([path, 429, true]);
    expect(await answer.json()).toMatchObject(shape);
  }
});

test('without authentication nothing is limited unless it is asked for', async () => {
  const url = await start(undefined);
  const answer = await fetch(`${url}/api/v1/films?limit=1`);
  expect(answer.status).toBe(200);
  expect(answer.headers.get('ratelimit')).toBeNull();
});

test('with authentication the usual limits hold', async () => {
  const url = await start(undefined, required);
  const { authorization } = await keyOf('acme');
  const answer = await fetch(`${url}/v1/models`, { headers: { authorization } });
  expect(answer.status).toBe(200);
  expect(answer.headers.get('ratelimit-policy')).toBe(
    '"address";q=1200;w=60, "key";q=600;w=60, "tenant";q=3000;w=60',
  );
  expect(answer.headers.get('x-ratelimit-limit-requests')).toBe('600');
});

test('keys, and tenants with all their keys, are counted by themselves', async () => {
  const url = await start('address=off,key=3/1m,tenant=5/1m', required);
  const [one, two, other] = [await keyOf('acme'), await keyOf('acme'), await keyOf('globex')];
  const statuses = async ({ authorization }: { authorization: string }, times: number) =>
    statusesOf(await ask(times, () => fetch(`${url}/v1/models`, { headers: { authorization } })));
  expect(await statuses(one, 4)).toEqual([200, 200, 200, 429]);
  expect(await statuses(two, 3)).toEqual([200, 200, 429]);
  expect(await statuses(other, 3)).toEqual([200, 200, 200]);
});

test('what one user asks too often takes nothing from the tenant', async () => {
  const url = await start('address=off,key=2/1m,tenant=6/1m', required);
  const [loud, calm] = [await keyOf('acme'), await keyOf('acme')];
  await ask(50, () => fetch(`${url}/v1/models`, { headers: loud }));
  expect(statusesOf(await ask(2, () => fetch(`${url}/v1/models`, { headers: calm })))).toEqual([200, 200]);
});

test('wrong keys are counted to the address, which is soon told nothing about any key', async () => {
  const url = await start('address=4/1m', required);
  const right = await keyOf('acme');
  const wrong = await ask(6, () =>
    fetch(`${url}/v1/models`, { headers: { authorization: 'Bearer not-a-key' } }),
  );
  expect(statusesOf(wrong)).toEqual([401, 401, 401, 401, 429, 429]);
  expect(wrong[4]?.headers.get('www-authenticate')).toBeNull();
  const { length } = (await wrong[4]?.text()) ?? '';
  expect(length).toBeGreaterThan(0);
  expect((await fetch(`${url}/v1/models`, { headers: right })).status).toBe(429);
});

test('of wrong keys that come at once no more are looked up than the address may ask', async () => {
  const url = await start('address=5/1m', required);
  await keyOf('acme');
  const many = Array.from({ length: 40 }, (_, n) =>
    fetch(`${url}/v1/models`, { headers: { authorization: `Bearer bk_wrong_${n}` } }),
  );
  const statuses = statusesOf(await Promise.all(many));
  expect(statuses.filter((status) => status === 401).length).toBe(5);
  expect(statuses.filter((status) => status === 429).length).toBe(35);
});

test('a client that writes X-Forwarded-For itself stays who it is', async () => {
  const url = await start('address=2/1m');
  const answers = await ask(4, () =>
    fetch(`${url}/api/v1/films?limit=1`, {
      headers: {
        'x-forwarded-for': `203.0.113.${Math.floor(Math.random() * 250)}`,
        forwarded: 'for=192.0.2.60',
        'x-real-ip': '192.0.2.61',
      },
    }),
  );
  expect(statusesOf(answers)).toEqual([200, 200, 429, 429]);
});

test('behind a trusted proxy clients are told apart by what it adds, whatever stands before it', async () => {
  const url = await start('address=1/1m', { BATON_TRUSTED_PROXIES: '127.0.0.0/8' });
  const from = (forwarded: string) =>
    fetch(`${url}/api/v1/films?limit=1`, { headers: { 'x-forwarded-for': forwarded } });
  expect((await from('203.0.113.1')).status).toBe(200);
  expect((await from('203.0.113.2')).status).toBe(200);
  expect((await from('198.51.100.9, 203.0.113.1')).status).toBe(429);
});

test('turns are counted by whoever asks for them at any door, and by the graph that is asked', async () => {
  await start('turns.tenant=3/1m,bot=2/1m');
  service.script(say('One.'), say('Two.'), say('Three.'), say('Four.'));
  const first = await post('/v1/chat/completions', hello);
  expect(first.status).toBe(200);
  expect(first.headers.get('ratelimit')).toContain('"bot";r=1');
  expect((await post('/runs/wait', runHello)).status).toBe(200);
  const refused = await post('/v1/responses', { model: 'desk', input: 'Hello' });
  expect(refused.status).toBe(429);
  expect(await refused.json()).toMatchObject({
    error: { message: expect.stringContaining('at most 2 turns') },
  });
  expect((await post('/threads/search', {})).status).toBe(200);
});

test('a turn that is refused is told over each protocol in its way', async () => {
  const url = await start('turns.tenant=1/1m');
  service.script(say('One.'));
  expect((await post('/runs/wait', runHello)).status).toBe(200);
  const refusal = expect.stringContaining('at most 1 turns');

  const message = { messageId: 'm', role: 'user', kind: 'message', parts: [{ kind: 'text', text: 'Hello' }] };
  const a2a = await post('/a2a/desk', { jsonrpc: '2.0', id: 7, method: 'message/send', params: { message } });
  expect([a2a.status, Number(a2a.headers.get('retry-after')) > 0]).toEqual([429, true]);
  expect(await a2a.json()).toMatchObject({ error: { message: refusal } });

  const mcp = await post(
    '/mcp',
    {
      jsonrpc: '2.0',
      id: 7,
      method: 'tools/call',
      params: { name: 'desk', arguments: { message: 'Hello' } },
    },
    { accept: 'application/json, text/event-stream' },
  );
  const frame = (await mcp.text()).match(/\{.*\}/)?.[0] ?? '';
  expect(JSON.parse(frame)).toMatchObject({ result: { isError: true, content: [{ text: refusal }] } });

  const { thread_id } = (await (await post('/threads', {})).json()) as { thread_id: string };
  const command = { id: 1, method: 'run.start', params: runHello };
  expect((await post(`/threads/${thread_id}/commands`, command)).status).toBe(429);
  const socket = new WebSocket(`${url.replace('http', 'ws')}/threads/${thread_id}/stream/events`);
  onTestFinished(() => socket.terminate());
  await once(socket, 'open');
  socket.send(JSON.stringify(command));
  const [said] = await once(socket, 'message');
  expect(JSON.parse(String(said))).toMatchObject({
    type: 'error',
    id: 1,
    error: 'unknown_error',
    message: refusal,
  });
});

test('a batch of runs is as many turns as it has, and all or none', async () => {
  await start('turns.tenant=3/1m');
  service.script(say('One.'), say('Two.'), say('Three.'));
  expect((await post('/runs/batch', [runHello, runHello])).status).toBe(200);
  expect((await post('/runs/batch', [runHello, runHello])).status).toBe(429);
  expect((await post('/runs/wait', runHello)).status).toBe(200);
});

test('a request for a turn that is not valid is counted as a request', async () => {
  await start('address=2/1m,turns.tenant=5/1m');
  const answers = await ask(3, () => post('/v1/chat/completions', { model: 'nothing', messages: [] }));
  expect(statusesOf(answers)).toEqual([400, 400, 429]);
});

test('large bodies and streams have limits of their own', async () => {
  await start('uploads.address=1/1m,streams.address=1/1m');
  const large = { metadata: { text: 'x'.repeat(120_000) } };
  expect(statusesOf(await ask(2, () => post('/threads', large)))).toEqual([200, 429]);
  expect((await post('/threads', {})).status).toBe(200);
  service.script(say('One.'));
  expect(statusesOf(await ask(2, () => post('/runs/wait', runHello)))).toEqual([200, 429]);
});

test('a tenant holds no more streams open than it may, and others hold theirs', async () => {
  const url = await start('open.tenant=2', required);
  const [acme, globex] = [await keyOf('acme'), await keyOf('globex')];
  const thread = async (headers: { authorization: string }) =>
    ((await (await post('/threads', {}, headers)).json()) as { thread_id: string }).thread_id;
  const ids = { acme: await thread(acme), globex: await thread(globex) };
  const leave = new AbortController();
  const follow = (id: string, { authorization }: { authorization: string }) =>
    fetch(`${url}/threads/${id}/stream`, { headers: { authorization }, signal: leave.signal });
  const opened = await Promise.all(Array.from({ length: 6 }, () => follow(ids.acme, acme)));
  expect(statusesOf(opened).toSorted()).toEqual([200, 200, 429, 429, 429, 429]);
  expect((await follow(ids.globex, globex)).status).toBe(200);
  leave.abort();
  await expect
    .poll(async () => {
      const again = new AbortController();
      const { status } = await fetch(`${url}/threads/${ids.acme}/stream`, {
        headers: { authorization: acme.authorization },
        signal: again.signal,
      });
      again.abort();
      return status;
    })
    .toBe(200);
});

test('OpenAI’s client waits as long as it is told and then has its answer', async () => {
  const url = await start('turns.tenant=1/2s');
  service.script(say('One.'), say('Two.'));
  const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: 'none', maxRetries: 1 });
  await client.chat.completions.create(hello);
  const began = performance.now();
  const { choices } = await client.chat.completions.create(hello);
  expect(choices[0]?.message.content).toBe('Two.');
  expect(performance.now() - began).toBeGreaterThan(1_500);
  await expect(client.chat.completions.create(hello, { maxRetries: 0 })).rejects.toMatchObject({
    status: 429,
    code: 'rate_limit_exceeded',
  });
});

test('LangGraph’s client tries again until there is room', async () => {
  const url = await start('turns.tenant=1/2s');
  service.script(say('One.'), say('Two.'));
  const client = new Client({ apiUrl: url });
  const input = { messages: [{ role: 'user', content: 'Hello' }] };
  await client.runs.wait(null, 'desk', { input });
  const state = await client.runs.wait(null, 'desk', { input });
  expect(JSON.stringify(state)).toContain('Two.');
  expect((await service.context.metrics.limited.get()).values[0]?.value).toBeGreaterThan(0);
});
