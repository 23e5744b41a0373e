import { sql } from 'kysely';
import { afterAll, expect, test } from 'vitest';
import { fromOrigin } from '../../src/audit/origin.ts';
import { recordAction } from '../../src/audit/record.ts';
import { asService, inTenant } from '../../src/tenancy.ts';
import { makeTestDatabase } from '../support/test-database.ts';

const { database, drop } = await makeTestDatabase();
const { db } = database;
afterAll(drop);

const ada = { tenant: 'acme', kind: 'user', id: 'u1', name: 'Ada', role: 'admin' } as const;
const asAda = { tenant: 'acme', caller: ada };

await asService(() =>
  db
    .insertInto('baton.tenant')
    .values([
      { tenant_id: 'acme', name: 'Acme' },
      { tenant_id: 'other', name: 'Other' },
    ])
    .execute(),
);

const rows = (tenant: string) =>
  inTenant(tenant, () => db.selectFrom('baton.audit').selectAll().orderBy('seq').execute());

test('a row says who did what to what, from where, and how it ended', async () => {
  const seq = await fromOrigin({ address: '10.1.2.3', requestId: 'r-1' }, () =>
    inTenant(asAda, () =>
      recordAction(db, {
        action: 'key-create',
        target: { type: 'key', id: 'k9' },
        details: { scopes: ['films'], secret: 'hush', tokens: 12 },
      }),
    ),
  );
  const row = (await rows('acme')).find((found) => found.seq === seq);
  expect(row).toMatchObject({
    tenant_id: 'acme',
    actor_kind: 'user',
    actor_id: 'u1',
    actor_name: 'Ada',
    actor_role: 'admin',
    actor_tenant: null,
    address: '10.1.2.3',
    request_id: 'r-1',
    action: 'key-create',
    target_type: 'key',
    target_id: 'k9',
    outcome: 'ok',
    details: { scopes: ['films'], secret: '[redacted]', tokens: 12 },
    key_id: null,
  });
  expect(Math.abs(Date.now() - Number(row?.at))).toBeLessThan(60_000);
});

test('numbers count up by one in a tenant, whatever others do', async () => {
  const before = (await rows('other')).length;
  for (const tenant of ['other', 'acme', 'other'])
    await inTenant(tenant, () => recordAction(db, { action: 'thread-delete' }));
  const seqs = (await rows('other')).map(({ seq }) => seq);
  expect(seqs).toEqual(seqs.map((_, at) => at + 1));
  expect(seqs).toHaveLength(before + 2);
});

test('what is rolled back leaves no row and no gap', async () => {
  const before = await rows('acme');
  const failing = inTenant(asAda, () =>
    db.transaction().execute(async (trx) => {
      await recordAction(trx, { action: 'budget-set' });
      throw new Error('no');
    }),
  );
  await expect(failing).rejects.toThrow('no');
  expect(await rows('acme')).toEqual(before);
  const next = await inTenant(asAda, () => recordAction(db, { action: 'budget-set' }));
  expect(next).toBe((before.at(-1)?.seq ?? 0) + 1);
});

test('what concerns no tenant has a chain of its own, which no tenant reads', async () => {
  await asService(() => recordAction(db, { action: 'auth-fail', outcome: 'refused' }));
  const seen = await asService(() =>
    db.selectFrom('baton.audit').selectAll().where('tenant_id', '=', '-').execute(),
  );
  expect(seen).toMatchObject([{ action: 'auth-fail', actor_kind: 'nobody', seq: 1 }]);
  expect((await rows('acme')).some(({ action }) => action === 'auth-fail')).toBe(false);
});

test('an operator acts on another tenant under its own name', async () => {
  const operator = { ...ada, tenant: 'acme', operator: true };
  await inTenant({ tenant: 'acme', caller: operator }, () =>
    recordAction(db, { action: 'tenant-suspend', tenant: 'other' }),
  );
  expect((await rows('other')).at(-1)).toMatchObject({ actor_id: 'u1', actor_tenant: 'acme' });
});

test('in a run, the row names the run and whoever it is done for', async () => {
  const run = { runId: 'r1', threadId: 't1', graph: 'films', userId: 'u7' };
  await inTenant({ tenant: 'acme', run }, () => recordAction(db, { action: 'call-start' }));
  expect((await rows('acme')).at(-1)).toMatchObject({
    actor_kind: 'user',
    actor_id: 'u7',
    details: { run: 'r1', thread: 't1', graph: 'films' },
  });
});

test('a tenant adds to no chain but its own', async () => {
  const forged = inTenant('acme', () =>
    db.transaction().execute((trx) => recordAction(trx, { action: 'key-create', tenant: 'other' })),
  );
  await expect(forged).rejects.toThrow(/row-level security/);
});

for (const [who, act] of [
  ['a tenant', <T>(work: () => T) => inTenant('acme', work)],
  ['the service', <T>(work: () => T) => asService(work)],
] as const) {
  test(`${who} changes no row, takes none away and moves no head`, async () => {
    const statements = [
      'update baton.audit set action = $$x-y$$',
      'delete from baton.audit',
      'truncate baton.audit',
      'update baton.audit_head set seq = 0',
      'delete from baton.audit_head',
      `insert into baton.audit_head (tenant_id) values ('new')`,
    ];
    for (const statement of statements)
      await expect(act(() => sql.raw(statement).execute(db))).rejects.toThrow(/permission denied/);
  });
}

test('a tenant trims nothing', async () => {
  const trim = () => sql`select baton.trim_audit('acme', 1, null, null)`.execute(db);
  await expect(inTenant('acme', trim)).rejects.toThrow(/permission denied/);
});

test('not even the owner of the tables changes rows by the way', async () => {
  for (const statement of [
    'update baton.audit set action = $$x-y$$',
    'delete from baton.audit',
    'truncate baton.audit',
  ])
    await expect(sql.raw(statement).execute(db)).rejects.toThrow(/Rows of the audit/);
});

test('a row says nothing about its place that its writer chose', async () => {
  const zeros = '0'.repeat(64);
  await inTenant('acme', () =>
    sql`insert into baton.audit (seq, at, actor_kind, action, outcome, details, prev_hash, hash)
      values (999, now(), 'nobody', 'row-forge', 'ok', '{}', ${zeros}, ${zeros})`.execute(db),
  );
  const [before, last] = (await rows('acme')).slice(-2);
  expect(last?.seq).toBe((before?.seq ?? 0) + 1);
  expect(last?.prev_hash).toBe(before?.hash);
  expect(last?.hash).not.toBe(zeros);
});
