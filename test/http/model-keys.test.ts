import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readSealedKeys } from '../../src/db/model-keys.ts';
import { asService, inTenant } from '../../src/tenancy.ts';
import { bearer, giveKey } from '../support/give-key.ts';
import { makeTenant, send, withAuth } from '../support/people.ts';
import { startService, type TestService } from '../support/start-service.ts';

const secret = 'sk-canary-0123456789-wxyz';
let service: TestService;
let headers: Record<'acme' | 'other' | 'engineer' | 'operator', Record<string, string>>;
const provider = { url: '', keys: [] as string[], status: 200 };
const server = createServer((request, answer) => {
  provider.keys.push(request.headers.authorization ?? '');
  answer.writeHead(request.url === '/v1/models' ? provider.status : 404).end(request.headers.authorization);
});

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  provider.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`; // it listens on TCP
  const secretKeys = `k1:${randomBytes(32).toString('base64')}`;
  service = await startService({
    settings: {
      ...withAuth,
      BATON_SECRET_KEYS: secretKeys,
      BATON_MODEL_ALLOW: '127.0.0.1',
      OPENAI_API_KEY: 'sk-canary-of-the-environment-7890',
      OPENAI_BASE_URL: provider.url,
      BATON_MODEL_EMBED: 'local',
    },
  });
  for (const tenant of ['acme', 'other']) await makeTenant(service.context, tenant);
  const give = async (tenant: string, role: 'admin' | 'engineer', operator = false) =>
    bearer(await giveKey(service.context, tenant, { role, operator }));
  headers = {
    acme: await give('acme', 'admin'),
    other: await give('other', 'admin'),
    engineer: await give('acme', 'engineer'),
    operator: await give('local', 'admin', true),
  };
});
afterAll(async () => {
  await service.stop();
  server.close();
});

type Who = keyof typeof headers;

async function ask(who: Who, method: string, path: string, body?: unknown) {
  const answer = await send(service, method, `/api/v1/${path}`, {
    headers: headers[who],
    ...(body !== undefined && { body }),
  });
  expect(JSON.stringify(answer.body)).not.toContain('canary');
  return answer;
}

async function add(who: Who, body: object = {}, path = 'model-keys'): Promise<string> {
  const { status, body: made } = await ask(who, 'POST', path, { provider: 'openai', secret, ...body });
  expect(status).toBe(201);
  return String(made.id);
}

test('a key is shown without its secret, and kept sealed', async () => {
  const { status, body } = await ask('acme', 'POST', 'model-keys', {
    provider: 'openai',
    secret,
    name: 'Main',
    weight: 3,
    max_concurrency: 8,
    requests_per_minute: 500,
    models: ['gpt-4.1'],
  });
  expect(status).toBe(201);
  expect(body).toEqual({
    id: expect.stringMatching(/^mk_[0-9a-f]{16}$/),
    name: 'Main',
    source: 'database',
    provider: 'openai',
    base_url: null,
    models: ['gpt-4.1'],
    weight: 3,
    max_concurrency: 8,
    requests_per_minute: 500,
    tokens_per_minute: null,
    last_four: 'wxyz',
    state: 'ready',
    free_in_seconds: null,
    counts: { running: 0, requests: 0, failures: 0, tokens: 0 },
    created_at: expect.any(String),
    updated_at: expect.any(String),
  });
  const rows = await asService(() => readSealedKeys(service.context.db, 'acme'));
  expect(rows.map(({ sealed }) => sealed)).toEqual([expect.stringMatching(/^v1\.k1\./)]);
  const { keys } = (await service.context.keys.stored?.of('acme')) ?? { keys: [] };
  expect(keys.map((key) => key.secret)).toEqual([secret]);
});

test('a tenant’s own work cannot read what is sealed, nor turn a key elsewhere', async () => {
  const { db } = service.context;
  const inAcme = (act: () => Promise<unknown>) => expect(inTenant('acme', act)).rejects;
  await inAcme(() => db.selectFrom('baton.model_key').select('sealed').execute()).toThrow(
    'permission denied',
  );
  await inAcme(() =>
    db
      .updateTable('baton.model_key')
      .set({ base_url: 'https://evil.test' } as never) // what the types refuse as well
      .execute(),
  ).toThrow('permission denied');
});

test('a short secret has no last four characters', async () => {
  const { body } = await ask('acme', 'POST', 'model-keys', { provider: 'openai', secret: 'canary-8' });
  expect(body.last_four).toBe('');
});

test('a key is changed, given another secret, disabled and deleted', async () => {
  const id = await add('acme');
  const changed = await ask('acme', 'PATCH', `model-keys/${id}`, {
    weight: 9,
    tokens_per_minute: 1000,
    name: 'Nine',
  });
  expect(changed.body).toMatchObject({
    weight: 9,
    tokens_per_minute: 1000,
    name: 'Nine',
    max_concurrency: null,
  });
  const replaced = await ask('acme', 'PUT', `model-keys/${id}/secret`, {
    secret: 'sk-canary-another-one-abcd',
  });
  expect(replaced.body).toMatchObject({ last_four: 'abcd' });
  const secretOf = async () =>
    (await service.context.keys.stored?.of('acme'))?.keys.find((key) => key.id === id)?.secret;
  expect(await secretOf()).toBe('sk-canary-another-one-abcd');
  const off = await ask('acme', 'PATCH', `model-keys/${id}`, { disabled: true });
  expect(off.body).toMatchObject({ state: 'disabled' });
  expect((await ask('acme', 'DELETE', `model-keys/${id}`)).status).toBe(204);
  expect((await ask('acme', 'GET', `model-keys/${id}`)).status).toBe(404);
  expect((await ask('acme', 'DELETE', `model-keys/${id}`)).status).toBe(404);
  expect(await secretOf()).toBeUndefined();
});

test.each([
  ['a base URL', { base_url: 'https://elsewhere.test/v1' }],
  ['a provider', { provider: 'xai' }],
  ['a tenant', { tenant_id: 'other' }],
  ['a secret', { secret }],
  ['a state', { sealed: 'v1.x' }],
])('what was given for one place stays there: %s is not changed', async (_, body) => {
  const id = await add('acme');
  const { status } = await ask('acme', 'PATCH', `model-keys/${id}`, body);
  expect(status).toBe(400);
});

test.each([
  ['another tenant’s', 'other' as const, 'model-keys'],
  ['an operator’s own tenant’s', 'operator' as const, 'model-keys'],
  ['the service’s', 'operator' as const, 'shared-model-keys'],
])('a key of a tenant is not among %s keys, and looks like one that is not there', async (_, who, path) => {
  const id = await add('acme');
  const { body } = await ask(who, 'GET', path);
  expect(JSON.stringify(body)).not.toContain(id);
  for (const [method, rest, sent] of [
    ['GET', '', undefined],
    ['PATCH', '', { weight: 2 }],
    ['PUT', '/secret', { secret }],
    ['POST', '/test', {}],
    ['DELETE', '', undefined],
  ] as const) {
    const found = await ask(who, method, `${path}/${id}${rest}`, sent);
    const none = await ask(who, method, `${path}/mk_0000000000000000${rest}`, sent);
    expect(found.status).toBe(404);
    expect(String(found.body.detail).replace(id, '?')).toBe(
      String(none.body.detail).replace('mk_0000000000000000', '?'),
    );
  }
  expect((await ask('acme', 'GET', `model-keys/${id}`)).status).toBe(200);
});

test('keys are for admins, and the service’s for operators', async () => {
  for (const [who, path] of [
    ['engineer', 'model-keys'],
    ['engineer', 'shared-model-keys'],
    ['acme', 'shared-model-keys'],
  ] as const) {
    expect((await ask(who, 'GET', path)).status).toBe(403);
    expect((await ask(who, 'POST', path, { provider: 'openai', secret })).status).toBe(403);
  }
});

test.each([
  ['no secret', { secret: '' }, 'secret'],
  ['a secret that would be two headers', { secret: 'sk-canary-1234\r\nx-evil: 1' }, 'secret'],
  ['a provider that nobody knows where to ask', { provider: 'nobody' }, 'provider'],
  ['a provider that is none', { provider: 'offline' }, 'provider'],
  ['weight 0', { weight: 0 }, 'weight'],
  ['a base URL that is none', { base_url: 'file:///etc/passwd' }, 'base_url'],
  ['a base URL with credentials', { base_url: 'https://user:sk-canary@models.test/v1' }, 'base_url'],
  ['a base URL without TLS', { base_url: 'http://models.test/v1' }, 'base_url'],
  ['a base URL that leads inside', { base_url: 'https://10.0.0.1/v1' }, 'base_url'],
  ['a base URL that leads here', { base_url: 'https://localhost/v1' }, 'base_url'],
  ['a base URL that leads to a cloud’s secrets', { base_url: 'https://169.254.169.254/' }, 'base_url'],
  ['a base URL that hides where it leads', { base_url: 'https://0x7f.1/v1' }, 'base_url'],
  ['a base URL with a query', { base_url: 'https://models.test/v1?x=' }, 'base_url'],
  ['a field that there is not', { shared: true }, ''],
])('a key with %s is refused, at its place', async (_, part, path) => {
  const body = { provider: 'openai', secret, ...part };
  const answer = await ask('acme', 'POST', 'model-keys', body);
  expect(answer.status).toBe(400);
  expect(answer.body.errors).toEqual([expect.objectContaining({ path })]);
});

describe('the test of a key', () => {
  test('asks the provider’s list of models, and an operator’s key may lead where the operator permits', async () => {
    const body = { provider: 'ours', base_url: provider.url };
    const id = await add('operator', body, 'shared-model-keys');
    provider.keys = [];
    const asked = () => ask('operator', 'POST', `shared-model-keys/${id}/test`, {});
    expect((await asked()).body).toEqual({ ok: true, status: 200, message: 'The provider takes the key.' });
    expect(provider.keys).toEqual([`Bearer ${secret}`]);
    provider.status = 401;
    expect((await asked()).body).toEqual({
      ok: false,
      status: 401,
      message: 'The provider refuses the key.',
    });
    provider.status = 302;
    expect((await asked()).body).toMatchObject({ ok: false });
    provider.status = 200;
    expect(
      (await ask('operator', 'POST', 'shared-model-keys', { ...body, secret, base_url: 'http://10.0.0.1' }))
        .status,
    ).toBe(400);
  });

  test('is there for keys of the environment too, which cannot be changed', async () => {
    const { body } = await ask('operator', 'GET', 'shared-model-keys');
    expect(body.keys).toContainEqual(
      expect.objectContaining({
        id: 'env',
        source: 'environment',
        base_url: provider.url,
        last_four: '7890',
      }),
    );
    expect((await ask('operator', 'POST', 'shared-model-keys/env/test', {})).body).toMatchObject({
      ok: true,
    });
    expect((await ask('operator', 'DELETE', 'shared-model-keys/env')).status).toBe(404);
    expect((await ask('acme', 'POST', 'model-keys/env/test', {})).status).toBe(404);
  });

  test('of a provider that is not there says so, and no more', async () => {
    const id = await add('acme', {
      provider: 'ours',
      base_url: 'https://models.example.invalid/v1',
    });
    expect((await ask('acme', 'POST', `model-keys/${id}/test`, {})).body).toEqual({
      ok: false,
      status: null,
      message: 'The provider could not be reached.',
    });
  });
});

test('a tenant chooses whether the service’s keys are used beside its own', async () => {
  const shared = await add('operator', { provider: 'groq' }, 'shared-model-keys');
  const { pool, stored } = service.context.keys;
  const need = { provider: 'groq', model: 'm', name: 'groq:m', tokens: () => 0, patienceMs: 0 };
  const idsOf = async (tenant: string) => {
    const ways = await pool.waysTo({ ...need, tenant });
    const ids = new Set<string>();
    for (let at = 0; at < 30; at += 1) {
      const way = await ways.next(new AbortController().signal);
      ids.add(way.key.id);
      way.cancelled();
    }
    return [...ids];
  };
  expect(await idsOf('other')).toEqual([shared]);
  const own = await add('other', { provider: 'groq', max_concurrency: 1 });
  expect(await idsOf('other')).toEqual([own]);
  expect((await ask('other', 'GET', 'model-pool')).body).toEqual({ shared: false });
  expect((await ask('other', 'PUT', 'model-pool', { shared: true })).body).toEqual({ shared: true });
  expect((await ask('acme', 'GET', 'model-pool')).body).toEqual({ shared: false });
  expect((await stored?.of('other'))?.shared).toBe(true);
  expect((await idsOf('other')).sort()).toEqual([own, shared].sort());
  expect((await ask('other', 'PATCH', `model-keys/${own}`, { disabled: true })).status).toBe(200);
  expect((await ask('other', 'PUT', 'model-pool', { shared: false })).status).toBe(200);
  await expect(idsOf('other')).rejects.toThrow('every key for it is disabled');
});

test('so many keys may be, and no more', async () => {
  await makeTenant(service.context, 'many');
  const many = bearer(await giveKey(service.context, 'many', { role: 'admin' }));
  const post = () =>
    send(service, 'POST', '/api/v1/model-keys', { headers: many, body: { provider: 'openai', secret } });
  for (let at = 0; at < 50; at += 1) expect((await post()).status).toBe(201);
  expect((await post()).status).toBe(409);
}, 60_000);

test('what is done to keys is in the audit, and their secrets are not', async () => {
  const { body } = await ask('acme', 'GET', 'audit?action=model-key-*&limit=1000');
  const rows = body.rows as { action: string; details: unknown }[]; // the audit's own answer
  expect(new Set(rows.map(({ action }) => action))).toEqual(
    new Set([
      'model-key-create',
      'model-key-update',
      'model-key-replace',
      'model-key-delete',
      'model-key-test',
    ]),
  );
});

test('readiness counts keys by state', async () => {
  const { body } = await send(service, 'GET', '/ready');
  expect(body).toMatchObject({
    checks: { modelKeys: { ok: true, ready: expect.any(Number), refusedKeys: [] } },
  });
});

test('without keys for secrets, no key can be kept, and that is said', async () => {
  const bare = await startService({ settings: withAuth });
  try {
    const admin = bearer(await giveKey(bare.context, 'local', { role: 'admin' }));
    const { status, body } = await send(bare, 'POST', '/api/v1/model-keys', {
      headers: admin,
      body: { provider: 'openai', secret },
    });
    expect([status, body.detail]).toEqual([422, 'Secrets cannot be kept: BATON_SECRET_KEYS is not set.']);
  } finally {
    await bare.stop();
  }
});
