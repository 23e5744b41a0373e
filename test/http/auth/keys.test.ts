import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { parseKey } from '../../../src/identity/key-text.ts';
import { asService, assumeWork, inTenant } from '../../../src/tenancy.ts';
import { bearer, giveKey } from '../../support/give-key.ts';
import { makeTenant, send, withAuth } from '../../support/people.ts';
import { say } from '../../support/scripted-model.ts';
import { startService, type TestService } from '../../support/start-service.ts';

let service: TestService;
let admin: Record<string, string>;

beforeAll(async () => {
  service = await startService({ settings: withAuth });
  assumeWork(undefined); // what is done on nobody's behalf fails
  for (const tenant of ['acme', 'other']) await makeTenant(service.context, tenant);
  admin = bearer(await giveKey(service.context, 'acme', { role: 'admin' }));
});
afterAll(() => service.stop());

const ask = (method: string, path: string, headers: Record<string, string>, body?: unknown) =>
  send(service, method, path, { headers, ...(body !== undefined && { body }) });
const statusWith = async (headers: Record<string, string>) =>
  (await ask('POST', '/threads/search', headers, {})).status;

/** A key of acme that was made through the API. */
async function made(request: object = {}): Promise<{ id: string; key: string; status: number }> {
  const { body, status } = await ask('POST', '/api/v1/keys', admin, request);
  return { id: String(body.id), key: String(body.key), status };
}

test.each([
  ['/api/v1/films', 'GET', { code: 'unauthenticated', status: 401, detail: expect.any(String) }],
  ['/threads/search', 'POST', { detail: expect.any(String) }],
  ['/v1/models', 'GET', { error: { type: 'authentication_error' } }],
  ['/v1/chat/completions', 'POST', { error: { type: 'authentication_error' } }],
  ['/mcp', 'POST', { jsonrpc: '2.0', error: { message: expect.any(String) } }],
  ['/a2a/desk', 'POST', { jsonrpc: '2.0', error: { message: expect.any(String) } }],
])('%s tells who is nobody so in its own shape', async (path, method, shape) => {
  for (const headers of [{}, bearer('baton_0000000000000000_nothing'), { 'X-Api-Key': 'sk-1' }]) {
    const answer = await ask(method, path, headers, method === 'POST' ? {} : undefined);
    expect([answer.status, answer.body]).toEqual([401, expect.objectContaining(asymmetric(shape))]);
    const known = 'Authorization' in headers || 'X-Api-Key' in headers;
    expect(answer.headers.get('WWW-Authenticate')).toBe(
      `Bearer realm="baton"${known ? ', error="invalid_token"' : ''}`,
    );
  }
});

function asymmetric(shape: object): object {
  return Object.fromEntries(
    Object.entries(shape).map(([key, value]) => [
      key,
      typeof value === 'object' && value !== null && !('asymmetricMatch' in value)
        ? expect.objectContaining(value)
        : value,
    ]),
  );
}

test('what is public asks nobody who they are, and what is not there says so', async () => {
  for (const path of ['/health', '/ready', '/ok', '/info', '/docs', '/openapi.json']) {
    expect([path, (await service.app.request(path)).status]).toEqual([path, 200]);
  }
  expect((await ask('GET', '/nothing', {})).status).toBe(404);
  expect((await ask('PUT', '/v1/models', {})).status).toBe(405);
  expect((await service.app.request('/v1/models', { method: 'HEAD' })).status).toBe(401);
  expect((await service.app.request('/v1/%6Dodels')).status).toBe(401);
});

test('a key is taken from Authorization and from X-Api-Key, and works for its own tenant alone', async () => {
  const key = await giveKey(service.context, 'acme');
  const thread = await ask('POST', '/threads', bearer(key), {});
  expect(thread.status).toBe(200);
  const path = `/threads/${thread.body.thread_id}`;
  expect((await ask('GET', path, { 'X-Api-Key': key })).status).toBe(200);
  expect((await ask('GET', path, { Authorization: `bearer  ${key}` })).status).toBe(200);
  const other = bearer(await giveKey(service.context, 'other', { role: 'admin' }));
  const nobody = '/threads/00000000-0000-4000-8000-000000000000';
  const [foreign, unknown] = [await ask('GET', path, other), await ask('GET', nobody, other)];
  expect(foreign.status).toBe(404);
  expect(Object.keys(foreign.body)).toEqual(Object.keys(unknown.body));
});

test('a key is shown once: the list has its beginning, and the database its hash', async () => {
  const { id, key } = await made({ name: 'ci', role: 'viewer', graphs: ['desk'], expires_in_days: 90 });
  expect(parseKey(key)?.keyId).toBe(id);
  const { body } = await ask('GET', `/api/v1/keys/${id}`, admin);
  expect(body).toMatchObject({
    prefix: `baton_${id}`,
    name: 'ci',
    role: 'viewer',
    graphs: ['desk'],
    scopes: null,
    status: 'active',
    last_used_at: null,
    created_by: expect.stringMatching(/^key:[0-9a-f]{16}$/),
  });
  const secret = parseKey(key)?.secret ?? 'none';
  const list = JSON.stringify((await ask('GET', '/api/v1/keys', admin)).body);
  expect(list).toContain(id);
  expect(list + JSON.stringify(body)).not.toContain(secret);
  const row = await inTenant('acme', () =>
    service.context.db
      .selectFrom('baton.api_key')
      .selectAll()
      .where('key_id', '=', id)
      .executeTakeFirstOrThrow(),
  );
  expect(JSON.stringify(row)).not.toContain(secret);
  expect(row.secret_hash).toMatch(/^[0-9a-f]{64}$/);
});

test('the list comes in pages, newest first', async () => {
  const ids = [];
  for (let count = 0; count < 3; count++) ids.unshift((await made()).id);
  const first = await ask('GET', '/api/v1/keys?limit=2', admin);
  const second = await ask('GET', `/api/v1/keys?limit=2&before=${first.body.next}`, admin);
  const found = [first, second].flatMap(({ body }) => (body.keys as { id: string }[]).map(({ id }) => id));
  expect(found.slice(0, 3)).toEqual(ids);
  expect(new Set(found).size).toBe(found.length);
});

test('a key that ran out, was revoked or has another secret is good for nothing', async () => {
  const { key, id } = await made();
  expect(await statusWith(bearer(key))).toBe(200);
  const wrong = `${key.slice(0, -1)}${key.endsWith('A') ? 'B' : 'A'}`;
  expect(await statusWith(bearer(wrong))).toBe(401);
  const revoked = await ask('DELETE', `/api/v1/keys/${id}`, admin);
  expect(revoked.body).toMatchObject({ status: 'revoked', revoked_at: expect.any(String) });
  expect(await statusWith(bearer(key))).toBe(401); // at once, in the process that did it
  expect(
    await statusWith(bearer(await giveKey(service.context, 'acme', { expiresAt: new Date(Date.now() - 1) }))),
  ).toBe(401);
});

test('what another process revoked is refused within five seconds', async () => {
  const { key, id } = await made();
  expect(await statusWith(bearer(key))).toBe(200);
  await asService(() =>
    service.context.db
      .updateTable('baton.api_key')
      .set({ revoked_at: new Date() })
      .where('key_id', '=', id)
      .execute(),
  );
  await vi.waitFor(async () => expect(await statusWith(bearer(key))).toBe(401), {
    timeout: 10_000, // the rest is for a slow machine
    interval: 100,
  });
});

test('a rotated key has a new secret, and the old one for as long as it was given', async () => {
  const { key, id } = await made();
  const renewed = await ask('POST', `/api/v1/keys/${id}/rotate`, admin, { grace_seconds: 3_600 });
  const next = String(renewed.body.key);
  expect(next).not.toBe(key);
  expect(renewed.body.previous_valid_until).toEqual(expect.any(String));
  expect([await statusWith(bearer(key)), await statusWith(bearer(next))]).toEqual([200, 200]);
  const again = await ask('POST', `/api/v1/keys/${id}/rotate`, admin, { grace_seconds: 0 });
  expect([
    await statusWith(bearer(key)),
    await statusWith(bearer(next)),
    await statusWith(bearer(String(again.body.key))),
  ]).toEqual([401, 401, 200]);
  await ask('DELETE', `/api/v1/keys/${id}`, admin);
  expect((await ask('POST', `/api/v1/keys/${id}/rotate`, admin, {})).status).toBe(409);
});

test('the last use is noted to the minute', async () => {
  const { key, id } = await made();
  await statusWith(bearer(key));
  const usedAt = async () => (await ask('GET', `/api/v1/keys/${id}`, admin)).body.last_used_at;
  const first = await usedAt();
  expect(first).toEqual(expect.any(String));
  await statusWith({ 'X-Api-Key': key });
  expect(await usedAt()).toBe(first);
});

test('a role lets in to its own routes and those of lesser ones', async () => {
  const routes = [
    ['GET', '/v1/models'],
    ['POST', '/threads'],
    ['POST', '/assistants'],
    ['GET', '/api/v1/keys'],
    ['GET', '/api/v1/tenants'],
  ] as const;
  const allowed: Record<string, number> = { viewer: 1, member: 2, engineer: 3, admin: 4 };
  for (const [role, count] of Object.entries(allowed)) {
    const key = bearer(await giveKey(service.context, 'acme', { role: role as 'viewer' }));
    const refused = [];
    for (const [method, path] of routes) {
      const body = method === 'POST' ? { graph_id: 'desk' } : undefined;
      refused.push((await ask(method, path, key, body)).status === 403);
    }
    expect([role, refused]).toEqual([role, routes.map((_, at) => at >= count)]);
  }
});

test('scopes take from what the role allows, and to write is also to read', async () => {
  const key = bearer(
    await giveKey(service.context, 'acme', { role: 'admin', scopes: ['runs:write', 'store:read'] }),
  );
  const status = async (method: string, path: string, body?: object) =>
    (await ask(method, path, key, body)).status;
  expect(await status('POST', '/threads', {})).toBe(200);
  expect(await status('POST', '/threads/search', {})).toBe(200);
  expect(await status('POST', '/store/items/search', { namespace_prefix: [] })).toBe(200);
  expect(await status('PUT', '/store/items', { namespace: ['a'], key: 'k', value: {} })).toBe(403);
  expect(await status('POST', '/assistants/search', {})).toBe(403);
  expect(await status('POST', '/api/v1/keys', {})).toBe(403);
});

test('nobody makes, rotates or revokes a key that reaches further than their own', async () => {
  const held = { role: 'admin' as const, graphs: ['desk'], scopes: ['manage:write', 'runs:read'] };
  const by = bearer(await giveKey(service.context, 'acme', held));
  const status = async (request: object) => (await ask('POST', '/api/v1/keys', by, request)).status;
  expect(await status({ operator: true, role: 'admin' })).toBe(403);
  expect(await status({ graphs: ['till'] })).toBe(403);
  expect(await status({ scopes: ['runs:write'] })).toBe(403);
  const given = await ask('POST', '/api/v1/keys', by, { role: 'admin' });
  expect(given.body).toMatchObject({ graphs: ['desk'], scopes: ['manage:write', 'runs:read'] });
  const { id } = await made({ role: 'member' });
  expect((await ask('POST', `/api/v1/keys/${id}/rotate`, by, {})).status).toBe(403);
  expect((await ask('DELETE', `/api/v1/keys/${id}`, by)).status).toBe(403);
  const operators = parseKey(
    await giveKey(service.context, 'acme', { role: 'admin', operator: true }),
  )?.keyId;
  expect((await ask('POST', `/api/v1/keys/${operators}/rotate`, admin, {})).status).toBe(403);
});

test('a key of another tenant is not there', async () => {
  const { id } = await made();
  const other = bearer(await giveKey(service.context, 'other', { role: 'admin' }));
  for (const [method, path] of [
    ['GET', ''],
    ['DELETE', ''],
    ['POST', '/rotate'],
  ] as const) {
    const asked = (key: string) =>
      ask(method, `/api/v1/keys/${key}${path}`, other, method === 'POST' ? {} : undefined);
    const [foreign, unknown] = [await asked(id), await asked('0000000000000000')];
    expect([foreign.status, unknown.status]).toEqual([404, 404]);
  }
});

test('not even the work of a tenant on the database makes an operator of its keys', async () => {
  const { id } = await made();
  const { db } = service.context;
  await expect(
    inTenant('acme', () =>
      db.updateTable('baton.api_key').set({ operator: true }).where('key_id', '=', id).execute(),
    ),
  ).rejects.toThrow(/row-level security/);
  const seen = await inTenant('other', () =>
    db.selectFrom('baton.api_key').select('key_id').where('key_id', '=', id).execute(),
  );
  expect(seen).toEqual([]);
});

test('who asked stands with the run', async () => {
  service.script(say('Hello.'));
  const key = await giveKey(service.context, 'acme');
  const body = { model: 'desk', messages: [{ role: 'user', content: 'Hello?' }] };
  const answer = await ask('POST', '/v1/chat/completions', bearer(key), body);
  const runs = await inTenant('acme', () =>
    service.context.db
      .selectFrom('baton.run')
      .select(['key_id', 'user_id'])
      .where('key_id', '=', parseKey(key)?.keyId ?? '')
      .execute(),
  );
  expect([answer.status, runs]).toEqual([200, [{ key_id: parseKey(key)?.keyId, user_id: null }]]);
});
