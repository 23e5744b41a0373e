import { afterAll, beforeAll, expect, test } from 'vitest';
import { type AppContext, openContext } from '../../src/app-context.ts';
import { recordAction } from '../../src/audit/record.ts';
import { createApp } from '../../src/http/app.ts';
import { makeKey } from '../../src/identity/make-key.ts';
import { openLog } from '../../src/log.ts';
import { asService, localTenant, type Role } from '../../src/tenancy.ts';
import { testConfig } from '../support/open-test-context.ts';
import { makeTestDatabase, type TestDatabase } from '../support/test-database.ts';

let made: TestDatabase;
let context: AppContext;
let app: ReturnType<typeof createApp>;
let admin: string;
let operator: string;
let viewer: string;

beforeAll(async () => {
  made = await makeTestDatabase();
  const config = testConfig('test/fixtures/desk', { BATON_AUTH: 'required' });
  context = await openContext(config, openLog('silent', false), { database: made.database });
  app = createApp(context);
  const tenants = ['acme', 'other'].map((tenant_id) => ({ tenant_id, name: tenant_id }));
  await asService(() => context.db.insertInto('baton.tenant').values(tenants).execute());
  admin = await keyOf('acme', 'admin');
  viewer = await keyOf('acme', 'viewer');
  operator = await keyOf(localTenant, 'admin', true);
  for (let row = 1; row <= 5; row++) {
    await recordAction(context.db, {
      tenant: 'acme',
      action: row % 2 ? 'key-create' : 'thread-delete',
      target: { type: row % 2 ? 'key' : 'thread', id: `id-${row}` },
      actor: { kind: 'user', id: `u${row}`, name: row === 5 ? '=cmd|\u0027/c calc\u0027!A1' : 'Ada' },
      outcome: row === 4 ? 'refused' : 'ok',
    });
  }
  await recordAction(context.db, { tenant: 'other', action: 'key-create' });
});

afterAll(async () => {
  await context.close(0);
  await made.drop();
});

async function keyOf(tenant: string, role: Role, isOperator = false): Promise<string> {
  const request = { name: role, role, operator: isOperator };
  return (await asService(() => makeKey(context.db, 'command', tenant, request))).text;
}

async function get(key: string, query = ''): Promise<Response> {
  return app.request(`/api/v1/audit${query}`, { headers: { Authorization: `Bearer ${key}` } });
}

interface Page {
  rows: { tenant_id: string; seq: number; action: string; at: string; target_id: string }[];
  next: number | null;
}

async function page(key: string, query = ''): Promise<Page> {
  const answer = await get(key, query);
  expect(answer.status).toBe(200);
  return (await answer.json()) as Page;
}

const seqs = async (query: string) => (await page(admin, query)).rows.map(({ seq }) => seq);

test('an admin reads the rows of its own tenant, the newest first', async () => {
  const { rows, next } = await page(admin);
  expect(rows.map(({ seq }) => seq)).toEqual([5, 4, 3, 2, 1]);
  expect(rows.every(({ tenant_id }) => tenant_id === 'acme')).toBe(true);
  expect(next).toBeNull();
});

test('pages follow one another by their number', async () => {
  const first = await page(admin, '?limit=2');
  const second = await page(admin, `?limit=2&after=${first.next}`);
  const third = await page(admin, `?limit=2&after=${second.next}`);
  const all = [first, second, third].flatMap(({ rows }) => rows.map(({ seq }) => seq));
  expect(all).toEqual([5, 4, 3, 2, 1]);
  expect(third.next).toBeNull();
});

test('rows are picked by action, actor, target, outcome and time', async () => {
  expect(await seqs('?action=key-create')).toEqual([5, 3, 1]);
  expect(await seqs('?action=thread-*')).toEqual([4, 2]);
  expect(await seqs('?action=%25')).toEqual([]);
  expect(await seqs('?actor=u2')).toEqual([2]);
  expect(await seqs('?actor=Ada')).toEqual([4, 3, 2, 1]);
  expect(await seqs('?target=id-3')).toEqual([3]);
  expect(await seqs('?target=key:id-3')).toEqual([3]);
  expect(await seqs('?target=thread:id-3')).toEqual([]);
  expect(await seqs('?outcome=refused')).toEqual([4]);
  const at = (await page(admin, '?target=id-3')).rows[0]?.at ?? '';
  expect(await seqs(`?to=${at}`)).not.toContain(3);
  expect(await seqs(`?from=${at}`)).toContain(3);
  expect(await seqs('?from=2100-01-01T00:00:00Z')).toEqual([]);
});

test('what is asked wrongly is told', async () => {
  for (const query of [
    '?limit=0',
    '?limit=x',
    '?from=yesterday',
    '?outcome=maybe',
    '?color=red',
    '?after=-1',
  ])
    expect((await get(admin, query)).status).toBe(400);
});

test('another tenant is not there for an admin, and is for an operator', async () => {
  expect((await get(admin, '?tenant=other')).status).toBe(404);
  expect((await get(admin, '?tenant=nobody')).status).toBe(404);
  const { rows } = await page(operator, '?tenant=other');
  expect(rows).toMatchObject([{ tenant_id: 'other', action: 'key-create' }]);
});

test('the tenant whose audit an operator read is told so', async () => {
  await page(operator, '?tenant=other');
  const { rows } = await page(operator, '?tenant=other&action=audit-read&limit=1');
  expect(rows).toMatchObject([{ action: 'audit-read', actor_tenant: localTenant }]);
});

test('what concerns no tenant is read by operators', async () => {
  expect((await get(admin, '?tenant=-')).status).toBe(404);
  expect((await get(operator, '?tenant=-')).status).toBe(200);
});

test('CSV has a line a row, and no cell that a spreadsheet takes for a formula', async () => {
  const answer = await get(admin, '?format=csv&action=key-create');
  expect(answer.headers.get('content-type')).toMatch(/^text\/csv/);
  expect(answer.headers.get('content-disposition')).toMatch(/attachment/);
  const lines = (await answer.text()).trimEnd().split('\n');
  expect(lines).toHaveLength(4);
  expect(lines[0]).toMatch(/^"tenant_id","seq","at","action"/);
  expect(lines[1]).toContain(`"'=cmd|`);
});

test('JSON lines have the hashes, and say where the next page begins', async () => {
  const answer = await get(admin, '?format=jsonl&action=key-create&limit=2');
  const rows = (await answer.text())
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(rows.map(({ seq }) => seq)).toEqual([5, 3]);
  expect(rows[0].hash).toMatch(/^[0-9a-f]{64}$/);
  expect(answer.headers.get('x-pagination-next')).toBe('3');
});

test('rows that left the house are recorded', async () => {
  await get(admin, '?format=csv&action=thread-*');
  expect((await page(admin, '?limit=1')).rows).toMatchObject([
    { action: 'audit-export', details: { query: { format: 'csv', action: 'thread-*' } } },
  ]);
});

test('who is no admin reads nothing', async () => {
  expect((await get(viewer)).status).toBe(403);
  expect((await app.request('/api/v1/audit')).status).toBe(401);
});
