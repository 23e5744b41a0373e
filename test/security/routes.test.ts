import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { ask, expectDecent } from './support/ask.ts';
import { readRelations } from './support/catalog.ts';
import { rowSums } from './support/row-sums.ts';
import { echo, type Ids, openTwoTenants, type TwoTenants } from './support/two-tenants.ts';
import { idsOfNobody, plainAnswer, plainText, requestsOf } from './support/visit-route.ts';
import { type Visit, visits } from './support/walk-routes.ts';

let two: TwoTenants;
let ids: Ids;
let nobody: Ids;
let tables: string[];

/** A turn that goes on when it is told to. */
const slow = { begun: Promise.withResolvers<void>(), go: Promise.withResolvers<void>() };

beforeAll(async () => {
  two = await openTwoTenants(async (request, onText) => {
    const reply = await echo(request, onText);
    if (!reply.text.includes('Take your time')) return reply;
    slow.begun.resolve();
    await slow.go.promise;
    request.signal.throwIfAborted();
    return reply;
  });
  ids = { ...two.ids, graph: 'desk', film_id: '1' };
  nobody = idsOfNobody(ids);
  const relations = await readRelations(two.service.context.db, ['baton']);
  tables = relations.filter(({ kind, hasTenant }) => kind === 'table' && hasTenant).map(({ name }) => name);
});
afterAll(() => two.service.stop());

/** What was done and refused is the victim's to know, also when a stranger did it; all else stays. */
const sums = async () => rowSums(two.service.context.db, tables, 'victim');

const entries = (...kinds: Visit['kind'][]) =>
  Object.entries(visits).filter(([, { kind }]) => kinds.includes(kind));

test('every route is walked, and no route that is gone', () => {
  const routes = two.service.app.routes.filter(({ method }) => method !== 'ALL');
  const names = new Set(routes.map(({ method, path }) => `${method} ${path}`));
  expect([...names].filter((name) => visits[name] === undefined)).toEqual([]);
  expect(Object.keys(visits).filter((name) => !names.has(name))).toEqual([]);
});

test('every operation of the OpenAPI document is a route of the walk', async () => {
  const document = (await (await two.service.app.request('/openapi.json')).json()) as {
    paths: Record<string, object>;
  };
  const described = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`),
  );
  const walked = new Set(Object.keys(visits).map((name) => name.replace(/\{[^}]*\}$/, '')));
  expect(described.filter((name) => !walked.has(name))).toEqual([]);
});

test('the walk names something that is there: its owner gets other answers than for what is nobody’s', async () => {
  const same: string[] = [];
  for (const [route, visit] of entries('foreign').filter(([route]) => route.startsWith('GET '))) {
    const [sent, other] = [
      requestsOf(route, visit, ids, two.victim.headers),
      requestsOf(route, visit, nobody, two.victim.headers),
    ];
    for (const [at, request] of sent.entries()) {
      const [mine, none] = [
        await plainAnswer(two.service.url, request, ids),
        await plainAnswer(two.service.url, other[at] ?? request, nobody),
      ];
      if (mine.plain === none.plain) same.push(route);
    }
  }
  expect(same.filter((route) => !alike.has(route))).toEqual([]);
});

test('whatever a tenant asks of another’s, the answer is that of what is not there, and nothing changes', async () => {
  const before = await sums();
  const told: string[] = [];
  for (const [route, visit] of entries('foreign')) {
    const foreign = requestsOf(route, visit, ids, two.thief.headers);
    const missing = requestsOf(route, visit, nobody, two.thief.headers);
    for (const [at, sent] of foreign.entries()) {
      const answer = await plainAnswer(two.service.url, sent, ids);
      const none = await plainAnswer(two.service.url, missing[at] ?? sent, nobody);
      expectDecent(sent.path.split('?')[0] ?? '', answer, route);
      const about = `${route} ${String(sent.body ?? '').slice(0, 120)}`;
      if (answer.plain !== none.plain)
        told.push(`${about}\n  ${answer.plain.slice(0, 300)}\n  ${none.plain.slice(0, 300)}`);
      if (leaks(answer.text)) told.push(`${about} shows the victim's data: ${answer.text.slice(0, 300)}`);
    }
  }
  expect(told).toEqual([]);
  expect(changed(before, await sums())).toEqual([]);
}, 120_000);

test('what a tenant lists, counts and asks of itself holds nothing of another', async () => {
  const before = await sums();
  for (const [route, visit] of entries('own')) {
    for (const sent of requestsOf(route, visit, ids, two.thief.headers)) {
      const answer = await ask(two.service.url, sent);
      expect(answer.status, route).toBeLessThan(500);
      expect(leaks(answer.text), `${route} ${answer.text.slice(0, 300)}`).toBe(false);
    }
  }
  expect(changed(before, await sums())).toEqual([]);
}, 60_000);

test('a socket on the thread of another is that of a thread that is not there', async () => {
  const frames = await Promise.all([ids, nobody].map((those) => talk(those.thread_id ?? '')));
  expect(frames[0]).toEqual(frames[1]);
  expect(JSON.stringify(frames[0])).not.toContain(two.canary);
});

test('an id that another tenant uses is free: what is made under it is one’s own, and the other’s stays', async () => {
  const before = await sums();
  for (const [route, visit] of entries('collides')) {
    const taken = requestsOf(route, visit, ids, two.thief.headers);
    const free = requestsOf(route, visit, nobody, two.thief.headers);
    for (const [at, sent] of taken.entries()) {
      const answer = await plainAnswer(two.service.url, sent, ids);
      const other = await plainAnswer(two.service.url, free[at] ?? sent, nobody);
      expect(answer.plain, route).toBe(other.plain);
      expect(leaks(answer.text), route).toBe(false);
    }
  }
  const path = `/threads/${ids.thread_id}`;
  const mine = await ask(two.service.url, {
    method: 'GET',
    path: `${path}/history`,
    headers: two.thief.headers,
  });
  expect(mine.status).toBe(200);
  expect(leaks(mine.text)).toBe(false);
  expect(changed(before, await sums())).toEqual([]);
}, 60_000);

test('who watches a thread hears nothing of a turn on the other tenant’s thread of the same id', async () => {
  const threadId = randomUUID();
  for (const { headers } of [two.victim, two.thief]) {
    await ask(two.service.url, {
      method: 'POST',
      path: '/threads',
      headers,
      body: JSON.stringify({ thread_id: threadId }),
    });
  }
  const left = new AbortController();
  const heard: string[] = [];
  const watches = ['/stream', '/stream/events'].map(async (end) => {
    const init =
      end === '/stream' ? {} : { method: 'POST', body: '{"channels":["messages","values","lifecycle"]}' };
    const response = await fetch(`${two.service.url}/threads/${threadId}${end}`, {
      ...init,
      headers: two.thief.headers,
      signal: left.signal,
    });
    for await (const chunk of response.body ?? []) heard.push(Buffer.from(chunk).toString());
  });
  const body = JSON.stringify({
    assistant_id: 'desk',
    input: { messages: [{ role: 'user', content: two.canary }] },
  });
  const path = `/threads/${threadId}/runs/wait`;
  const turn = await ask(two.service.url, { method: 'POST', path, headers: two.victim.headers, body });
  expect(turn.text).toContain(two.canary);
  const own = body.replace(two.canary, 'my own words');
  await ask(two.service.url, { method: 'POST', path, headers: two.thief.headers, body: own });
  await expect.poll(() => heard.join('')).toContain('my own words');
  left.abort();
  await Promise.allSettled(watches);
  expect(leaks(heard.join(''))).toBe(false);
});

test('an idempotency key that another tenant used is free', async () => {
  const headers = { 'idempotency-key': 'the same' };
  for (const [path, body] of [
    ['/threads', { metadata: { note: 'x' } }],
    [
      '/runs/wait',
      { assistant_id: 'desk', input: { messages: [{ role: 'user', content: 'the same question' }] } },
    ],
  ] as const) {
    const sent = (tenant: TwoTenants['victim']) => ({
      method: 'POST',
      path,
      headers: { ...tenant.headers, ...headers },
      body: JSON.stringify(body),
    });
    const [mine, again, theirs] = [
      await ask(two.service.url, sent(two.victim)),
      await ask(two.service.url, sent(two.victim)),
      await ask(two.service.url, sent(two.thief)),
    ];
    expect([
      mine.status,
      again.headers.get('idempotent-replayed'),
      theirs.headers.get('idempotent-replayed'),
    ]).toEqual([200, 'true', null]);
    expect(theirs.status).toBe(200);
  }
});

test('nobody takes back the call of another over MCP, whatever the session and the request are called', async () => {
  const headers = { accept: 'application/json, text/event-stream', 'mcp-session-id': 'the-same' };
  const call = {
    jsonrpc: '2.0',
    id: 7,
    method: 'tools/call',
    params: { name: 'desk', arguments: { message: 'Take your time' } },
  };
  const take = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 7 } };
  const post = (tenant: TwoTenants['victim'], body: object) =>
    ask(two.service.url, {
      method: 'POST',
      path: '/mcp',
      whole: true,
      headers: { ...tenant.headers, ...headers },
      body: JSON.stringify(body),
    });
  const calling = post(two.victim, call);
  await slow.begun.promise;
  for (const requestId of [7, '7']) await post(two.thief, { ...take, params: { requestId } });
  slow.go.resolve();
  expect((await calling).text).toContain('You said: Take your time');
});

test('what was said in a tenant stands in no line of the log', () => {
  const secrets = [ids.key_text, ids.access_token, two.victim.headers.authorization?.replace('Bearer ', '')];
  const telling = two.log.lines().filter((line) => {
    const text = JSON.stringify({ ...line, path: '' }); // what the thief asked for is the thief's to say
    return [two.canary, ...secrets].some((secret) => text.includes(secret ?? two.canary));
  });
  expect(telling).toEqual([]);
  expect(two.log.mistakes()).toEqual([]);
});

/** Routes whose answer does not depend on what they name. */
const alike = new Set([
  'GET /threads/:thread_id/stream/events', // is for sockets
  'GET /api/v1/tenants/:id', // is for operators
  'GET /api/v1/tenants/:id/limits', // is for operators
  'GET /api/v1/shared-model-keys/:id', // is for operators
  'GET /v1/models/:model', // shows graphs, which are everybody's
]);

/** Whether a text has something in it that only the victim has said. What the caller has sent itself does not count. */
function leaks(text: string): boolean {
  const sent = new RegExp(`${two.canary}@example\\.com|people\\.${two.canary}|["/]${two.canary}["/]`, 'gi');
  return text.replace(sent, '').includes(two.canary);
}

function changed(before: Record<string, string>, after: Record<string, string>): string[] {
  return Object.keys(before).filter((table) => before[table] !== after[table]);
}

/** What a thread's socket says to a few commands. */
async function talk(threadId: string): Promise<unknown[]> {
  const url = `${two.service.url.replace('http', 'ws')}/threads/${threadId}/stream/events`;
  const socket = new WebSocket(url, { headers: two.thief.headers });
  const frames: unknown[] = [];
  socket.on('message', (data) => frames.push(JSON.parse(plainText(String(data), { threadId }))));
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  const methods = ['subscription.subscribe', 'state.get', 'state.listCheckpoints', 'agent.getTree'];
  for (const [id, method] of methods.entries()) {
    socket.send(JSON.stringify({ id, method, params: { channels: ['messages', 'values', 'lifecycle'] } }));
  }
  await expect.poll(() => frames.length).toBeGreaterThanOrEqual(methods.length);
  socket.close();
  return frames;
}
