import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type AppContext, openContext } from '../../src/app-context.ts';
import { verifyChain } from '../../src/audit/verify-chain.ts';
import { createApp } from '../../src/http/app.ts';
import { makeKey } from '../../src/identity/make-key.ts';
import { openLog } from '../../src/log.ts';
import { asService, localTenant, type Role } from '../../src/tenancy.ts';
import { testConfig } from '../support/open-test-context.ts';
import { makeTestDatabase, type TestDatabase } from '../support/test-database.ts';

let made: TestDatabase;
let context: AppContext;
let app: ReturnType<typeof createApp>;
const logged: string[] = [];

beforeAll(async () => {
  made = await makeTestDatabase();
  const config = testConfig('test/fixtures/desk', { BATON_AUTH: 'required' });
  const log = openLog('warn', false, { write: (line) => void logged.push(line) });
  context = await openContext(config, log, { database: made.database });
  app = createApp(context);
  await asService(() =>
    context.db
      .insertInto('baton.tenant')
      .values([
        { tenant_id: 'acme', name: 'Acme' },
        { tenant_id: 'other', name: 'Other' },
      ])
      .execute(),
  );
});

afterAll(async () => {
  await context.close(0);
  await made.drop();
});

async function keyOf(tenant: string, role: Role, { operator = false } = {}): Promise<string> {
  const request = { name: `${role} of ${tenant}`, role, operator };
  const { text } = await asService(() => makeKey(context.db, 'command', tenant, request));
  return text;
}

function ask(key: string | undefined, method: string, path: string, body?: object): Promise<Response> {
  const headers = {
    ...(key && { Authorization: `Bearer ${key}` }),
    ...(body && { 'Content-Type': 'application/json' }),
  };
  return Promise.resolve(app.request(path, { method, headers, ...(body && { body: JSON.stringify(body) }) }));
}

const rows = (tenant: string) =>
  asService(() =>
    context.db.selectFrom('baton.audit').selectAll().where('tenant_id', '=', tenant).orderBy('seq').execute(),
  );

async function lastRow(tenant: string) {
  return (await rows(tenant)).at(-1);
}

test('what a request did is recorded with who asked and what it was done to', async () => {
  const key = await keyOf('acme', 'admin');
  const { thread_id } = (await (await ask(key, 'POST', '/threads', {})).json()) as { thread_id: string };
  expect(await lastRow('acme')).toMatchObject({
    action: 'thread-create',
    outcome: 'ok',
    actor_kind: 'key',
    actor_name: 'admin of acme',
    actor_role: 'admin',
    target_type: 'thread',
    target_id: thread_id,
    address: expect.any(String),
  });
  const answer = await ask(key, 'DELETE', `/threads/${thread_id}`);
  expect(answer.status).toBe(204);
  expect(await lastRow('acme')).toMatchObject({
    action: 'thread-delete',
    target_id: thread_id,
    request_id: answer.headers.get('x-request-id'),
  });
});

test('members of the body that the table names are told, and no others', async () => {
  const key = await keyOf('acme', 'admin');
  await ask(key, 'PUT', '/store/items', { namespace: ['users'], key: 'ada', value: { secret: 'of hers' } });
  const row = await lastRow('acme');
  expect(row).toMatchObject({ action: 'item-put', details: { namespace: ['users'], key: 'ada' } });
  expect(JSON.stringify(row)).not.toContain('hers');
});

test('the key that was made is recorded, and its text is not', async () => {
  const admin = await keyOf('acme', 'admin');
  const answer = await ask(admin, 'POST', '/api/v1/keys', { name: 'bot', role: 'viewer' });
  const { id, key } = (await answer.json()) as { id: string; key: string };
  const row = await lastRow('acme');
  expect(row).toMatchObject({
    action: 'key-create',
    target_type: 'key',
    target_id: id,
    details: { name: 'bot', role: 'viewer' },
  });
  expect(JSON.stringify(row)).not.toContain(key.slice(-20));
});

test('what only reads, and what is not valid, leaves no row', async () => {
  const key = await keyOf('acme', 'admin');
  const before = (await rows('acme')).length;
  await ask(key, 'POST', '/threads/search', {});
  await ask(key, 'GET', '/api/v1/films');
  expect((await ask(key, 'DELETE', '/threads/no-id')).status).toBe(422);
  expect(await rows('acme')).toHaveLength(before);
});

test('what an operator does to a tenant stands in that tenant’s chain', async () => {
  const key = await keyOf(localTenant, 'admin', { operator: true });
  expect((await ask(key, 'PATCH', '/api/v1/tenants/other', { name: 'Others' })).status).toBe(200);
  expect(await lastRow('other')).toMatchObject({
    action: 'tenant-update',
    actor_tenant: localTenant,
    target_id: 'other',
    details: { name: 'Others' },
  });
});

test('a refused authorisation is recorded once a minute for each who asks, with the rest to be counted', async () => {
  const key = await keyOf('other', 'viewer');
  for (let time = 1; time <= 20; time++) expect((await ask(key, 'POST', '/threads', {})).status).toBe(403);
  await expect
    .poll(async () => (await rows('other')).filter(({ action }) => action === 'access-refuse'))
    .toMatchObject([{ outcome: 'refused', actor_name: 'viewer of other', target_id: 'POST /threads' }]);
});

test('whoever cannot say who they are fills no chain', async () => {
  for (let time = 1; time <= 20; time++)
    expect((await ask(`baton_0123456789abcdef_${'x'.repeat(43)}`, 'GET', '/api/v1/keys')).status).toBe(401);
  await expect
    .poll(async () => (await rows('-')).filter(({ action }) => action === 'auth-fail'))
    .toMatchObject([{ outcome: 'refused', actor_kind: 'nobody', target_type: 'route' }]);
});

test('what anybody may ask fills no chain either', async () => {
  const asked = { tenant: 'acme', email: 'ada@example.com' };
  for (let time = 1; time <= 3; time++) await ask(undefined, 'POST', '/api/v1/auth/reset-request', asked);
  await expect
    .poll(async () => (await rows('-')).filter(({ action }) => action === 'reset-request'))
    .toMatchObject([{ outcome: 'ok', actor_kind: 'nobody', details: asked }]);
});

test('what cannot be recorded is not handed out, and is in the log', async () => {
  const admin = await keyOf('acme', 'admin');
  await sql`alter table baton.audit rename to audit_away`.execute(context.db);
  const answer = await ask(admin, 'POST', '/api/v1/keys', { name: 'unseen', role: 'viewer' });
  await sql`alter table baton.audit_away rename to audit`.execute(context.db);
  expect(answer.status).toBe(503);
  expect(await answer.text()).not.toContain('baton_');
  const line = logged.map((text) => JSON.parse(text)).find(({ msg }) => /could not be recorded/.test(msg));
  expect(line.entry).toMatchObject({ action: 'key-create', details: { name: 'unseen' } });
});

test('the chains that requests made hold', async () => {
  for (const tenant of ['acme', 'other', '-']) {
    const verdict = await asService(() => verifyChain(context.db, tenant));
    expect(verdict.broken).toBeUndefined();
    expect(verdict.rows).toBeGreaterThan(0);
  }
});
