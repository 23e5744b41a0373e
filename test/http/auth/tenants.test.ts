import { afterAll, beforeAll, expect, test } from 'vitest';
import { isSuspended } from '../../../src/identity/tenant-state.ts';
import { assumeWork } from '../../../src/tenancy.ts';
import { bearer, giveKey } from '../../support/give-key.ts';
import { makeTenant, send, withAuth } from '../../support/people.ts';
import { startService, type TestService } from '../../support/start-service.ts';

let service: TestService;
let operator: Record<string, string>;

beforeAll(async () => {
  service = await startService({ settings: withAuth });
  assumeWork(undefined); // what is done on nobody's behalf fails
  await makeTenant(service.context, 'acme');
  operator = bearer(await giveKey(service.context, 'local', { role: 'admin', operator: true }));
});
afterAll(() => service.stop());

const ask = (method: string, path: string, body?: unknown, headers = operator) =>
  send(service, method, path, { headers, ...(body !== undefined && { body }) });

test('an operator makes a tenant and its first key, with which its admin makes others', async () => {
  const made = await ask('POST', '/api/v1/tenants', { id: 'globex', name: 'Globex' });
  expect([made.status, made.body]).toEqual([
    201,
    expect.objectContaining({ id: 'globex', suspended_at: null }),
  ]);
  expect((await ask('POST', '/api/v1/tenants', { id: 'globex' })).status).toBe(409);
  const first = await ask('POST', '/api/v1/tenants/globex/keys', { role: 'admin' });
  const admin = bearer(String(first.body.key));
  expect((await ask('GET', '/api/v1/auth/caller', undefined, admin)).body).toMatchObject({
    tenant: 'globex',
    role: 'admin',
    operator: false,
  });
  expect((await ask('POST', '/api/v1/keys', {}, admin)).status).toBe(201);
  expect((await ask('GET', '/api/v1/keys', undefined, admin)).body.keys).toHaveLength(2);
});

test('tenants are for operators: an admin may not look at them', async () => {
  const admin = bearer(await giveKey(service.context, 'acme', { role: 'admin' }));
  for (const [method, path, body] of [
    ['GET', '/api/v1/tenants'],
    ['GET', '/api/v1/tenants/acme'],
    ['POST', '/api/v1/tenants', { id: 'mine' }],
    ['PATCH', '/api/v1/tenants/acme', { suspended: false }],
    ['POST', '/api/v1/tenants/local/keys', { role: 'admin' }],
  ] as const) {
    expect((await ask(method, path, body, admin)).status).toBe(403);
  }
});

test('a suspended tenant is refused at once at every door, and goes on where it was', async () => {
  const key = bearer(await giveKey(service.context, 'acme', { role: 'admin' }));
  const thread = await ask('POST', '/threads', {}, key);
  const suspended = await ask('PATCH', '/api/v1/tenants/acme', { suspended: true });
  expect(suspended.body.suspended_at).toEqual(expect.any(String));
  expect(await isSuspended(service.context.db, 'acme')).toBe(true);
  const completion = { model: 'desk', messages: [{ role: 'user', content: 'Hello?' }] };
  for (const [method, path, body] of [
    ['GET', `/threads/${thread.body.thread_id}`],
    ['POST', '/v1/chat/completions', completion],
    ['POST', '/mcp', {}],
    ['POST', '/a2a/desk', {}],
    ['GET', '/api/v1/films'],
  ] as const) {
    expect([path, (await ask(method, path, body, key)).status]).toEqual([path, 403]);
  }
  await ask('PATCH', '/api/v1/tenants/acme', { suspended: false });
  expect((await ask('GET', `/threads/${thread.body.thread_id}`, undefined, key)).status).toBe(200);
});

test('an operator does not shut themselves out, and hears of ids that cannot be', async () => {
  expect((await ask('PATCH', '/api/v1/tenants/local', { suspended: true })).status).toBe(409);
  expect((await ask('PATCH', '/api/v1/tenants/nobody', { suspended: true })).status).toBe(404);
  expect((await ask('GET', '/api/v1/tenants/nobody')).status).toBe(404);
  for (const id of ['Acme', 'a b', '-a', '', 'x'.repeat(64)]) {
    expect((await ask('POST', '/api/v1/tenants', { id })).status).toBe(400);
  }
});

test('the list comes in pages, by id', async () => {
  for (const id of ['page-a', 'page-b', 'page-c']) await ask('POST', '/api/v1/tenants', { id });
  const first = await ask('GET', '/api/v1/tenants?limit=2&after=page');
  expect((first.body.tenants as { id: string }[]).map(({ id }) => id)).toEqual(['page-a', 'page-b']);
  const second = await ask('GET', `/api/v1/tenants?limit=2&after=${first.body.next}`);
  expect(second.body).toMatchObject({ tenants: [{ id: 'page-c' }], next: null });
});
