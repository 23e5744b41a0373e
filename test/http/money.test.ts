import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { inTenant } from '../../src/tenancy.ts';
import { bearer, giveKey } from '../support/give-key.ts';
import { makeTenant, makeUser, password, send, withAuth } from '../support/people.ts';
import { reply, say } from '../support/scripted-model.ts';
import { startService, type TestService } from '../support/start-service.ts';

const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
let service: TestService;
let tenant: string;
let admin: string;
let tenants = 0;

beforeAll(async () => {
  const settings = {
    ...withAuth,
    BATON_WEBHOOK_SECRET: secret,
    BATON_WEBHOOK_ALLOW: '127.0.0.1',
    BATON_LIMITS: '',
  };
  service = await startService({ project: 'test/fixtures/priced', settings });
});
afterAll(() => service.stop());
beforeEach(async () => {
  tenant = `acme-${++tenants}`;
  await makeTenant(service.context, tenant);
  admin = await giveKey(service.context, tenant, { role: 'admin', name: 'admin' });
});

type Body = Record<string, unknown>;
const asked = { model: 'counter', messages: [{ role: 'user', content: 'Hello?' }] };

/** A reply of 15 tokens: a cent and a half. */
const answer = say('Hello.');

async function ask(key: string, body: object = asked, path = '/v1/chat/completions') {
  return send<Body>(service, 'POST', path, { body, headers: bearer(key) });
}

async function get(key: string, path: string) {
  return send<Body>(service, 'GET', path, { headers: bearer(key) });
}

async function setBudget(terms: object): Promise<string> {
  const { status, body } = await send<Body>(service, 'POST', '/api/v1/budgets', {
    body: terms,
    headers: bearer(admin),
  });
  expect([200, 201]).toContain(status);
  return body.id as string;
}

test('usage is told by whatever it is asked by, to the token, as JSON', async () => {
  const cached = reply({
    text: 'Hello.',
    usage: {
      input_tokens: 200,
      output_tokens: 30,
      total_tokens: 230,
      input_token_details: { cache_read: 150 },
      output_token_details: { reasoning: 20 },
    },
  });
  service.script(answer, cached);
  await ask(admin);
  const second = await ask(admin);
  expect(second.body).toMatchObject({
    usage: {
      prompt_tokens: 200,
      completion_tokens: 30,
      total_tokens: 230,
      prompt_tokens_details: { cached_tokens: 150 },
      completion_tokens_details: { reasoning_tokens: 20 },
    },
  });
  const { body } = await get(admin, '/api/v1/usage?group_by=day,graph,agent,model,kind');
  const day = new Date().toISOString().slice(0, 10);
  const sums = {
    calls: 2,
    unfinished: 0,
    input_tokens: 210,
    cached_input_tokens: 150,
    output_tokens: 35,
    reasoning_tokens: 20,
    total_tokens: 245,
    estimated_calls: 0,
    unpriced_calls: 0,
    cost_usd: '0.245',
  };
  expect(body).toMatchObject({
    rows: [{ day, graph: 'counter', agent: 'clerk', model: 'offline', kind: 'chat', ...sums }],
    total: sums,
    next: null,
  });
  const byRun = await get(admin, '/api/v1/usage?group_by=run&limit=1');
  expect(byRun.body.rows).toHaveLength(1);
  const next = await get(admin, `/api/v1/usage?group_by=run&limit=1&after=${byRun.body.next}`);
  const runs = [byRun, next].map(({ body }) => (body.rows as { run: string }[])[0]?.run);
  expect(new Set(runs).size).toBe(2);
  expect(next.body).toMatchObject({ next: null, total: sums });
  const one = await get(admin, `/api/v1/usage?run=${runs[0]}&from=${day}`);
  expect(one.body).toMatchObject({ rows: [{ calls: 1 }], total: { calls: 1 } });
  const none = await get(admin, '/api/v1/usage?group_by=user&from=2020-01-01&to=2020-02-01');
  expect(none.body).toMatchObject({ rows: [], total: { calls: 0, cost_usd: '0.00' } });
});

test('CSV is a file in which nothing is a formula', async () => {
  service.script(answer);
  await ask(admin);
  await inTenant(tenant, () =>
    service.context.db
      .updateTable('baton.model_call')
      .set({ user_id: '=cmd|"/c calc"!A1', graph: '@sum' })
      .execute(),
  );
  const response = await service.app.request('/api/v1/usage?group_by=user,graph', {
    headers: { ...bearer(admin), Accept: 'text/csv' },
  });
  expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8');
  expect(response.headers.get('content-disposition')).toBe('attachment; filename="usage.csv"');
  const [header, row] = (await response.text()).split('\n');
  expect(header).toMatch(/^"user","graph","calls",.*,"cost_usd"$/);
  expect(row).toBe(
    `"'=cmd|""/c calc""!A1","'@sum","1","0","10","0","0","0","5","0","0","15","0","0",${row?.split(',').at(-2)},"0.015"`,
  );
});

test('CSV has all rows, however many there are', async () => {
  await inTenant(tenant, async () => {
    const rows = Array.from({ length: 2_345 }, (_, at) => ({
      call_id: `00000000-0000-7000-8000-${String(at).padStart(12, '0')}`,
      kind: 'chat' as const,
      user_id: `user-${at}`,
      api_key_id: null,
      thread_id: null,
      run_id: null,
      graph: null,
      agent: null,
      role: 'fast',
      provider: 'p',
      model: 'm',
      model_key: null,
      cost_nano: null,
      price_version: null,
      milliseconds: 1,
      outcome: 'ok' as const,
      expires_at: new Date(),
    }));
    for (let at = 0; at < rows.length; at += 1_000)
      await service.context.db
        .insertInto('baton.model_call')
        .values(rows.slice(at, at + 1_000))
        .execute();
  });
  const response = await service.app.request('/api/v1/usage?group_by=user&format=csv', {
    headers: bearer(admin),
  });
  const lines = (await response.text()).trim().split('\n');
  expect(lines).toHaveLength(2_346);
  expect(new Set(lines).size).toBe(2_346);
});

test('a member sees what it has used itself, an engineer all of its tenant, another tenant nothing', async () => {
  const member = await giveKey(service.context, tenant, { role: 'member' });
  const engineer = await giveKey(service.context, tenant, { role: 'engineer' });
  await makeUser(service.context, tenant, `ada-${tenants}`, { role: 'member' });
  const login = { email: `ada-${tenants}@example.com`, password, tenant, tokens: true };
  const { body: session } = await send<Body>(service, 'POST', '/api/v1/auth/login', { body: login });
  const user = String(session.access_token);
  service.script(answer, answer, answer);
  for (const key of [admin, member, user]) expect((await ask(key)).status).toBe(200);
  const calls = async (key: string, query = '') => {
    const { body } = await get(key, `/api/v1/usage${query}`);
    return (body as unknown as { total: { calls: number } }).total.calls;
  };
  expect([await calls(admin), await calls(engineer), await calls(member), await calls(user)]).toEqual([
    3, 3, 1, 1,
  ]);
  const { body } = await get(admin, '/api/v1/usage?group_by=user,api_key');
  const rows = body.rows as unknown as { user: string; api_key: string }[];
  expect(rows.map((row) => [row.user !== '', row.api_key !== ''])).toEqual(
    expect.arrayContaining([
      [true, false],
      [false, true],
      [false, true],
    ]),
  );
  const seen = await Promise.all(
    rows.map((row) => calls(member, `?api_key=${row.api_key}&user=${row.user}`)),
  );
  expect(seen.reduce((sum, one) => sum + one, 0)).toBe(1);
  await makeTenant(service.context, `${tenant}-b`);
  expect(await calls(await giveKey(service.context, `${tenant}-b`, { role: 'admin' }))).toBe(0);
});

test.each([
  '?group_by=tenant',
  '?group_by=day;drop',
  '?from=soon',
  '?limit=0',
  '?after=x&group_by=day',
  `?after=${Buffer.from('["a","b"]').toString('base64url')}&group_by=day`,
  '?unknown=1',
  '?format=xml',
])('a query that is none is refused: %s', async (query) => {
  expect((await get(admin, `/api/v1/usage${query}`)).status).toBe(400);
});

test('a budget is set, changed, listed and removed by admins of its tenant alone', async () => {
  const made = await send<Body>(service, 'POST', '/api/v1/budgets', {
    body: { limit_usd: '0.50' },
    headers: bearer(admin),
  });
  expect(made).toMatchObject({
    status: 201,
    body: {
      scope: 'tenant',
      period: 'day',
      unit: 'usd',
      limit: '0.50',
      alerts: [50, 80, 100],
      webhook: null,
    },
  });
  const path = `/api/v1/budgets/${made.body.id}`;
  const changed = await send<Body>(service, 'PATCH', path, {
    body: { limit_usd: 0.7, alerts: [90, 10, 10] },
    headers: bearer(admin),
  });
  expect(changed).toMatchObject({ status: 200, body: { limit: '0.70', alerts: [10, 90] } });
  const again = await send<Body>(service, 'POST', '/api/v1/budgets', {
    body: { limit_usd: '1' },
    headers: bearer(admin),
  });
  expect(again).toMatchObject({ status: 200, body: { id: made.body.id, limit: '1.00', alerts: [10, 90] } });
  expect((await get(admin, '/api/v1/budgets')).body).toMatchObject({
    budgets: [{ id: made.body.id, uses: [{ who: '', spent: '0.00', reserved: '0.00', left: '1.00' }] }],
  });
  const engineer = await giveKey(service.context, tenant, { role: 'engineer' });
  expect((await get(engineer, '/api/v1/budgets')).status).toBe(403);
  await makeTenant(service.context, `${tenant}-b`);
  const foreign = await giveKey(service.context, `${tenant}-b`, { role: 'admin' });
  expect((await get(foreign, path)).status).toBe(404);
  expect(
    (await send(service, 'PATCH', path, { body: { limit_usd: '9' }, headers: bearer(foreign) })).status,
  ).toBe(404);
  expect((await send(service, 'DELETE', path, { headers: bearer(foreign) })).status).toBe(404);
  expect((await send(service, 'DELETE', path, { headers: bearer(admin) })).status).toBe(204);
  expect((await get(admin, path)).status).toBe(404);
  expect((await get(admin, '/api/v1/budgets/none')).status).toBe(400);
});

test.each<[string, object]>([
  ['no limit', {}],
  ['two limits', { limit_usd: '1', limit_tokens: 5 }],
  ['a limit below 0', { limit_usd: '-1' }],
  ['too many dollars', { limit_usd: '99999999' }],
  ['a day of a run', { scope: 'run', period: 'day', limit_usd: '1' }],
  ['a subject of a tenant', { subject: 'ada', limit_usd: '1' }],
  ['a threshold above 100', { limit_usd: '1', alerts: [101] }],
  ['a webhook that is not public', { limit_usd: '1', webhook: 'http://169.254.169.254/' }],
  ['another tenant', { limit_usd: '1', tenant_id: 'local' }],
])('a budget with %s is refused', async (_, body) => {
  expect((await send(service, 'POST', '/api/v1/budgets', { body, headers: bearer(admin) })).status).toBe(400);
});

test('a budget that is spent ends a turn with an error that says so, and the next is refused at the door', async () => {
  await setBudget({ limit_tokens: 150 });
  const model = service.script(answer, answer, answer, answer);
  expect((await ask(admin)).status).toBe(200);
  // 15 tokens are spent; a call holds its prompt and 100 tokens, and the second one holds less than 135
  expect((await ask(admin)).status).toBe(200);
  const { budgets } = (await get(admin, '/api/v1/budgets')).body as unknown as {
    budgets: { uses: { spent: number }[] }[];
  };
  expect(budgets[0]?.uses).toMatchObject([{ spent: 30, reserved: 0 }]);
  expect(model.requests.every(({ maxTokens }) => maxTokens === 100)).toBe(true);
  await setBudget({ limit_tokens: 100 });
  const refused = await ask(admin);
  expect(refused).toMatchObject({
    status: 402,
    body: {
      error: {
        type: 'insufficient_quota',
        code: 'insufficient_quota',
        message: expect.stringContaining('100 tokens a day'),
      },
    },
  });
  const runs = await inTenant(tenant, () =>
    service.context.db.selectFrom('baton.run').select('status').execute(),
  );
  expect(runs).toHaveLength(2);
});

test('a turn that runs out in its midst has an end that says so, at every door', async () => {
  await setBudget({ scope: 'run', limit_tokens: 20 });
  const openAi = await ask(admin);
  expect(openAi).toMatchObject({ status: 402, body: { error: { code: 'insufficient_quota' } } });
  expect(openAi.headers.get('x-should-retry')).toBe('false');
  const streamed = await service.app.request('/v1/chat/completions', {
    method: 'POST',
    headers: { ...bearer(admin), 'Content-Type': 'application/json' },
    body: JSON.stringify({ ...asked, stream: true }),
  });
  const text = await streamed.text();
  expect(text).toContain('"insufficient_quota"');
  expect(text).not.toContain('[DONE]');
  const graph = await ask(
    admin,
    { assistant_id: 'counter', input: { messages: asked.messages } },
    '/runs/wait',
  );
  expect(graph.body).toMatchObject({
    __error__: { error: 'BudgetError', message: expect.stringContaining('budget of this run') },
  });
  const response = await ask(admin, { model: 'counter', input: 'Hello?' }, '/v1/responses');
  expect(response).toMatchObject({ status: 402, body: { error: { code: 'insufficient_quota' } } });
});

test('an alert is told once to whoever the budget names, signed', async () => {
  const told: { headers: Record<string, string>; body: string }[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    told.push({ headers: request.headers as Record<string, string>, body: Buffer.concat(chunks).toString() }); // one value each
    response.writeHead(204).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo; // it listens on TCP
  await setBudget({ limit_tokens: 10_000, alerts: [50], webhook: `http://127.0.0.1:${port}/alert` });
  const big = reply({
    text: 'Hello.',
    usage: { input_tokens: 5_990, output_tokens: 10, total_tokens: 6_000 },
  });
  service.script(big, answer);
  await ask(admin);
  await ask(admin);
  await expect.poll(() => told.length, { timeout: 15_000 }).toBe(1);
  const [first] = told;
  expect(new Webhook(secret).verify(first?.body ?? '', first?.headers ?? {})).toMatchObject({
    type: 'budget.alert',
    tenant,
    scope: 'tenant',
    period: 'day',
    threshold: 50,
    limit_tokens: 10_000,
    spent_tokens: 6_000,
  });
  const { registry } = service.context.metrics;
  expect(await registry.getSingleMetricAsString('baton_budget_alerts_total')).toContain('threshold="50"} 1');
  expect(await registry.getSingleMetricAsString('baton_usage_tokens_total')).toContain('model="offline"');
});
