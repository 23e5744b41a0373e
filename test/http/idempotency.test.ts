import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { startDroppingProxy } from '../support/dropping-proxy.ts';
import { gatedStep } from '../support/run-desk.ts';
import { call, say } from '../support/scripted-model.ts';
import { startService, type TestService } from '../support/start-service.ts';

let service: TestService;

beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.stop());

const asking = { assistant_id: 'desk', input: { messages: 'Where is 7?' } };

async function post(path: string, body: object | string, key?: string, url = service.url) {
  const response = await fetch(`${url}${path}`, {
    method: 'POST',
    body: typeof body === 'string' ? body : JSON.stringify(body),
    headers: { 'Content-Type': 'application/json', ...(key && { 'Idempotency-Key': key }) },
  });
  const text = await response.text();
  return { status: response.status, text, headers: response.headers };
}

async function makeThread(): Promise<string> {
  return JSON.parse((await post('/threads', {})).text).thread_id;
}

async function rows(table: 'baton.run' | 'baton.thread' | 'baton.assistant'): Promise<number> {
  const { count } = await service.context.db
    .selectFrom(table)
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  return Number(count);
}

const replayed = ({ headers }: { headers: Headers }) => headers.get('Idempotent-Replayed');

test.each(['/runs', '/runs/wait', '/runs/stream', 'thread', 'thread/wait', 'thread/stream'])(
  'a request to %s that comes again is answered like the first, and runs nothing',
  async (kind) => {
    const model = service.script(say('On its way.'));
    const path = kind.replace('thread', `/threads/${await makeThread()}/runs`);
    const key = randomUUID();
    const first = await post(path, asking, key);
    const [runId] = /[\w-]{36}$/.exec(first.headers.get('Content-Location') ?? '') ?? [];
    await (await service.app.request(`/runs/${runId}/stream`)).text();
    const again = await post(path, { input: asking.input, assistant_id: asking.assistant_id }, key);
    expect([replayed(first), replayed(again), again.status]).toEqual([null, 'true', 200]);
    expect(again.headers.get('Content-Location')).toBe(first.headers.get('Content-Location'));
    expect(again.headers.get('Location')).toBe(first.headers.get('Location'));
    if (path.endsWith('/runs'))
      expect(JSON.parse(again.text)).toMatchObject({ run_id: runId, status: 'success' });
    else expect(again.text).toBe(first.text);
    expect(model.requests).toHaveLength(1);
    model.done();
    const other = await post(path, { ...asking, metadata: { other: true } }, key);
    expect([other.status, other.text]).toEqual([409, expect.stringContaining('used for another request')]);
  },
);

test.each([
  ['/v1/chat/completions', { model: 'desk', messages: [{ role: 'user', content: 'Where is 7?' }] }],
  [
    '/v1/chat/completions',
    { model: 'desk', stream: true, messages: [{ role: 'user', content: 'Where is 7?' }] },
  ],
  ['/v1/responses', { model: 'desk', input: 'Where is 7?' }],
  ['/v1/responses', { model: 'desk', input: 'Where is 7?', store: false, stream: true }],
])('%s: a client that leaves and asks again gets the answer to the one question', async (path, body) => {
  const gate = gatedStep(say('On its way.'));
  const model = service.script(gate.step);
  const key = randomUUID();
  const controller = new AbortController();
  const left = fetch(`${service.url}${path}`, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'Idempotency-Key': key, 'Content-Type': 'application/json' },
    signal: controller.signal,
  }).then((response) => response.text());
  await gate.begun;
  controller.abort();
  await expect(left).rejects.toThrow();
  const again = post(path, body, key);
  gate.open();
  expect(await again).toMatchObject({ status: 200, text: expect.stringMatching(/On.*way\./s) });
  expect(replayed(await again)).toBe('true');
  expect((await post(path, body, key)).status).toBe(200);
  model.done();
  expect(model.requests).toHaveLength(1);
  expect((await post(path, { ...body, user: 'other' }, key)).status).toBe(409);
});

test('a call through MCP that comes again is one call', async () => {
  const model = service.script(say('On its way.'));
  const call = (message: string, id = 1) =>
    fetch(`${service.url}/mcp`, {
      method: 'POST',
      body: JSON.stringify({
        ...{ jsonrpc: '2.0', id, method: 'tools/call' },
        params: { name: 'desk', arguments: { message } },
      }),
      headers: {
        'Content-Type': 'application/json',
        Accept: 'application/json, text/event-stream',
        'Idempotency-Key': 'mcp',
      },
    }).then((answer) => answer.text());
  const [first, again] = [await call('Where is 7?'), await call('Where is 7?')];
  expect(first).toContain('On its way.');
  expect(again).toBe(first);
  model.done();
  expect(await call('Where is 8?')).toContain('used for another request');
});

test('a turn that is under way is found again too', async () => {
  const gate = gatedStep(say('On its way.'));
  service.script(gate.step);
  const path = `/threads/${await makeThread()}/runs/stream`;
  const first = post(path, asking, 'under-way');
  await gate.begun;
  const again = post(path, asking, 'under-way');
  await expect.poll(() => rows('baton.run')).toBeGreaterThan(0);
  gate.open();
  expect((await again).text).toBe((await first).text);
});

test('the same key at another address is another key', async () => {
  service.script(say('One.'), say('Two.'));
  const one = await post(`/threads/${await makeThread()}/runs/wait`, asking, 'shared');
  const two = await post(`/threads/${await makeThread()}/runs/wait`, asking, 'shared');
  expect([replayed(one), replayed(two)]).toEqual([null, null]);
  expect(one.text).not.toBe(two.text);
});

test('a decision that comes again is one decision', async () => {
  service.script(call('look_up', { order: 7 }), say('On its way.'));
  const path = `/threads/${await makeThread()}/runs/wait`;
  await post(path, { ...asking, assistant_id: 'till' });
  const decision = { assistant_id: 'till', command: { resume: 'accept' }, strict_resume: true };
  const first = await post(path, decision, 'decided');
  const again = await post(path, decision, 'decided');
  expect([first.status, again.status, again.text]).toEqual([200, 200, first.text]);
  expect((await post(path, decision, 'decided-anew')).status).toBe(409);
});

test('a batch that comes again is one batch', async () => {
  service.script(say('One.'), say('Two.'));
  const before = await rows('baton.run');
  const first = await post('/runs/batch', [asking, asking], 'batch');
  const again = await post('/runs/batch', [asking, asking], 'batch');
  const ids = (text: string) => JSON.parse(text).map(({ run_id }: { run_id: string }) => run_id);
  expect([replayed(again), ids(again.text)]).toEqual(['true', ids(first.text)]);
  expect((await post('/runs/batch', [asking], 'batch')).status).toBe(409);
  expect(await rows('baton.run')).toBe(before + 2);
});

test('what was refused is no first time', async () => {
  service.script(say('On its way.'));
  expect((await post('/runs/wait', { ...asking, assistant_id: 'nobody' }, 'refused')).status).toBe(404);
  expect((await post('/runs/wait', asking, 'refused')).status).toBe(200);
  expect((await post('/assistants', { graph_id: 'nobody' }, 'refused')).status).toBeGreaterThanOrEqual(400);
  expect((await post('/assistants', { graph_id: 'desk' }, 'refused')).status).toBe(200);
});

test.each([
  ['/threads', { metadata: { a: 1 } }, 'thread_id'],
  ['/assistants', { graph_id: 'desk', name: 'Calm' }, 'assistant_id'],
  ['/v1/conversations', { metadata: { a: '1' } }, 'id'],
  ['copy', {}, 'thread_id'],
  ['state', { values: { messages: 'I am here.' } }, 'checkpoint'],
])('%s creates once what is asked for twice', async (kind, body, id) => {
  service.script(say('Hello.'));
  const threadId = await makeThread();
  await post(`/threads/${threadId}/runs/wait`, asking);
  const path = kind.startsWith('/') ? kind : `/threads/${threadId}/${kind}`;
  const first = await post(path, body, 'create');
  const before = [await rows('baton.thread'), await rows('baton.assistant')];
  const again = await post(path, body, 'create');
  expect([first.status, again.status, replayed(first), replayed(again)]).toEqual([200, 200, null, 'true']);
  expect(JSON.parse(again.text)).toEqual(JSON.parse(first.text));
  expect(JSON.parse(again.text)[id]).toBeDefined();
  expect([await rows('baton.thread'), await rows('baton.assistant')]).toEqual(before);
  expect((await post(path, { ...body, x: 1 }, 'create')).status).toBe(409);
});

test('twenty at once are one: of a run all get the answer, of a thread those that come too early are told when', async () => {
  const model = service.script(say('On its way.'));
  const threadId = await makeThread();
  const runs = await Promise.all(
    Array.from({ length: 20 }, () => post(`/threads/${threadId}/runs/wait`, asking, 'twenty')),
  );
  expect(new Set(runs.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
  expect(runs.filter((run) => replayed(run) === null)).toHaveLength(1);
  model.done();
  const listed = await service.app.request(`/threads/${threadId}/runs`);
  expect(await listed.json()).toHaveLength(1);

  const before = await rows('baton.thread');
  const threads = await Promise.all(Array.from({ length: 20 }, () => post('/threads', {}, 'twenty')));
  expect(await rows('baton.thread')).toBe(before + 1);
  for (const { status, headers } of threads) {
    if (status === 200) continue;
    expect([status, headers.get('Retry-After')]).toEqual([409, '1']);
  }
  const made = threads.filter(({ status }) => status === 200).map(({ text }) => text);
  expect(new Set(made).size).toBe(1);
});

test('whoever asks until an answer comes through has asked once', async () => {
  const proxy = await startDroppingProxy(service.url, 2);
  onTestFinished(() => proxy.stop());
  async function insist(path: string, body: object, key: string) {
    for (let tries = 0; tries < 10; tries++) {
      const answer = await post(path, body, key, proxy.url).catch(() => undefined);
      if (answer) return answer;
    }
    throw new Error('no answer came through');
  }
  const before = { threads: await rows('baton.thread'), runs: await rows('baton.run') };
  const model = service.script(say('One.'), say('Two.'), say('Three.'));
  const { thread_id } = JSON.parse((await insist('/threads', {}, 't')).text);
  for (const turn of ['1', '2', '3']) {
    const answer = await insist(`/threads/${thread_id}/runs/stream`, { ...asking, metadata: { turn } }, turn);
    expect([answer.status, replayed(answer)]).toEqual([200, 'true']);
  }
  model.done();
  expect(proxy.dropped).toBe(8);
  const after = { threads: await rows('baton.thread'), runs: await rows('baton.run') };
  expect(after).toEqual({ threads: before.threads + 1, runs: before.runs + 3 });
});

test('a claim whose process died is taken over after a minute', async () => {
  const { db } = service.context;
  const body = JSON.stringify({ metadata: { died: true } });
  const made = JSON.parse((await post('/threads', body, 'died')).text);
  const die = (seconds: number) =>
    sql`
      update baton.idempotency_key set status = null, answer = null, created_at = now() - make_interval(secs => ${seconds})
      where key = 'died'`.execute(db);
  await die(30);
  const early = await post('/threads', body, 'died');
  expect([early.status, early.headers.get('Retry-After')]).toEqual([409, '1']);
  await die(61);
  const other = JSON.parse((await post('/threads', body, 'died')).text);
  expect(other.thread_id).not.toBe(made.thread_id);
  expect(JSON.parse((await post('/threads', body, 'died')).text)).toEqual(other);
});

test('a key is forgotten after a day', async () => {
  service.script(say('One.'), say('Two.'));
  const path = `/threads/${await makeThread()}/runs`;
  const first = JSON.parse((await post(path, asking, 'old')).text);
  await sql`update baton.idempotency_key set created_at = now() - interval '25 hours' where key = 'old'`.execute(
    service.context.db,
  );
  const again = await post(path, { ...asking, metadata: { another: 'day' } }, 'old');
  expect([again.status, replayed(again)]).toEqual([200, null]);
  expect(JSON.parse(again.text).run_id).not.toBe(first.run_id);
});

test.each(['x'.repeat(256), 'caf\u00e9', 'a\tb'])('the key %j is refused', async (key) => {
  for (const path of ['/threads', '/runs/wait', '/assistants'])
    expect((await post(path, asking, key)).status).toBe(422);
});

test('a run that is gone cannot be answered with', async () => {
  service.script(say('On its way.'));
  const threadId = await makeThread();
  const path = `/threads/${threadId}/runs`;
  const { run_id } = JSON.parse((await post(path, asking, 'gone')).text);
  await (await service.app.request(`${path}/${run_id}/join`)).text();
  expect((await service.app.request(`${path}/${run_id}`, { method: 'DELETE' })).status).toBe(204);
  const again = await post(path, asking, 'gone');
  expect([again.status, again.text]).toEqual([404, expect.stringContaining('is gone')]);
});
