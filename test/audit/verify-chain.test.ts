import { sql } from 'kysely';
import { afterAll, afterEach, expect, test } from 'vitest';
import { readHeads } from '../../src/audit/head.ts';
import { recordAction } from '../../src/audit/record.ts';
import { link, sealWith } from '../../src/audit/seal.ts';
import { trimAudit } from '../../src/audit/trim-audit.ts';
import { verifyChain } from '../../src/audit/verify-chain.ts';
import { asService } from '../../src/tenancy.ts';
import { makeTestDatabase } from '../support/test-database.ts';

const { database, drop } = await makeTestDatabase();
const { db } = database;
afterAll(drop);
afterEach(() => sealWith([]));

let chains = 0;

/** A chain of its own, of that many rows. */
async function makeChain(length: number): Promise<string> {
  const tenant = `t${++chains}`;
  await addRows(tenant, length);
  return tenant;
}

async function addRows(tenant: string, count: number): Promise<void> {
  for (let row = 1; row <= count; row++)
    await recordAction(db, { action: 'thread-delete', target: { type: 'thread', id: `t-${row}` }, tenant });
}

/** What somebody can do who may do everything in the database. */
function sabotage(tenant: string, ...statements: string[]): Promise<void> {
  return db.transaction().execute(async (trx) => {
    await sql`set local session_replication_role = replica`.execute(trx);
    for (const statement of statements) await sql.raw(statement.replaceAll('$t', `'${tenant}'`)).execute(trx);
  });
}

const verify = (tenant: string, options = {}) => asService(() => verifyChain(db, tenant, options));
const grow = (tenant: string, days: number) =>
  sabotage(tenant, `update baton.audit set at = at - interval '${days} days' where tenant_id = $t`);

test('a chain that nobody touched holds', async () => {
  const tenant = await makeChain(5);
  expect(await verify(tenant)).toEqual({ tenant, rows: 5, last: 5 });
  expect(await verify(tenant, { from: 4 })).toEqual({ tenant, rows: 2, last: 5 });
});

test('a chain without rows holds', async () => {
  expect(await verify('nobody')).toEqual({ tenant: 'nobody', rows: 0, last: 0 });
});

test('progress is told a batch at a time', async () => {
  const tenant = await makeChain(3);
  const told: number[][] = [];
  await verify(tenant, { progress: (...counts: number[]) => told.push(counts) });
  expect(told).toEqual([[3, 3]]);
});

const cases: [what: string, seq: number, fault: RegExp, ...statements: string[]][] = [
  [
    'changed details are found',
    3,
    /something else/,
    `update baton.audit set details = '{"sum": 1}' where tenant_id = $t and seq = 3`,
  ],
  [
    'a changed actor is found',
    2,
    /something else/,
    `update baton.audit set actor_name = 'Eve' where tenant_id = $t and seq = 2`,
  ],
  [
    'a changed time is found',
    2,
    /something else/,
    `update baton.audit set at = at + interval '1 ms' where tenant_id = $t and seq = 2`,
  ],
  [
    'a row that is missing in the middle is found',
    3,
    /Row 3 is missing/,
    'delete from baton.audit where tenant_id = $t and seq = 3',
  ],
  [
    'a row that is missing in the middle is found when the others moved up',
    3,
    /does not follow/,
    'delete from baton.audit where tenant_id = $t and seq = 3',
    'update baton.audit set seq = seq - 1 where tenant_id = $t and seq > 3',
    'update baton.audit_head set seq = 4 where tenant_id = $t',
  ],
  [
    'a missing first row is found',
    1,
    /Row 1 is missing/,
    'delete from baton.audit where tenant_id = $t and seq = 1',
  ],
  [
    'a tail that was cut off is found',
    4,
    /Rows 4 to 5, the last, are missing/,
    'delete from baton.audit where tenant_id = $t and seq > 3',
  ],
  [
    'a head that was turned back is found',
    4,
    /behind the end/,
    'update baton.audit_head h set seq = 3, hash = (select hash from baton.audit a where a.tenant_id = $t and a.seq = 3) where tenant_id = $t',
  ],
  [
    'two rows that changed places are found',
    2,
    /does not follow/,
    'update baton.audit set seq = 99 where tenant_id = $t and seq = 2',
    'update baton.audit set seq = 2 where tenant_id = $t and seq = 3',
    'update baton.audit set seq = 3 where tenant_id = $t and seq = 99',
  ],
  [
    'a row that was put in at the end is found',
    6,
    /was put in/,
    `insert into baton.audit select tenant_id, 6, at, actor_kind, 'Eve', actor_name, actor_role, actor_tenant, address, request_id,
      action, target_type, target_id, outcome, details, key_id, hash, hash from baton.audit where tenant_id = $t and seq = 5`,
  ],
  [
    'a row that was put in the middle is found',
    3,
    /does not follow/,
    'update baton.audit set seq = seq + 100 where tenant_id = $t and seq > 2',
    'update baton.audit set seq = seq - 99 where tenant_id = $t and seq > 100',
    `insert into baton.audit select tenant_id, 3, at, actor_kind, 'Eve', actor_name, actor_role, actor_tenant, address, request_id,
      action, target_type, target_id, outcome, details, key_id, prev_hash, hash from baton.audit where tenant_id = $t and seq = 2`,
    'update baton.audit_head set seq = 6 where tenant_id = $t',
  ],
  ['a missing head is found', 1, /behind the end/, 'delete from baton.audit_head where tenant_id = $t'],
];

for (const [what, seq, fault, ...statements] of cases) {
  test(what, async () => {
    const tenant = await makeChain(5);
    await sabotage(tenant, ...statements);
    expect((await verify(tenant)).broken).toEqual({ seq, what: expect.stringMatching(fault) });
  });
}

test('without a key, a tail that was cut off together with the head is found by a head that was kept elsewhere', async () => {
  const tenant = await makeChain(5);
  const heads = await asService(() => readHeads(db, tenant));
  await sabotage(
    tenant,
    'delete from baton.audit where tenant_id = $t and seq > 3',
    'update baton.audit_head h set seq = 3, hash = (select hash from baton.audit a where a.tenant_id = $t and a.seq = 3) where tenant_id = $t',
  );
  expect((await verify(tenant)).broken).toBeUndefined();
  expect((await verify(tenant, { heads })).broken).toEqual({
    seq: 4,
    what: expect.stringMatching(/ends with row 3.*ended with row 5/),
  });
});

test('a whole new chain is found by a head that was kept elsewhere', async () => {
  const tenant = await makeChain(3);
  const heads = await asService(() => readHeads(db, tenant));
  await sabotage(
    tenant,
    'delete from baton.audit where tenant_id = $t',
    'delete from baton.audit_head where tenant_id = $t',
  );
  await addRows(tenant, 4);
  expect((await verify(tenant)).broken).toBeUndefined();
  expect((await verify(tenant, { heads })).broken?.seq).toBe(3);
});

test('heads that were kept do not hinder a chain that went on', async () => {
  const tenant = await makeChain(3);
  const heads = await asService(() => readHeads(db, tenant));
  await addRows(tenant, 2);
  expect(await verify(tenant, { heads })).toEqual({ tenant, rows: 5, last: 5 });
});

test('with a key, a row whose hash was computed anew as well is found at itself', async () => {
  sealWith(['a long secret of the house']);
  const tenant = await makeChain(3);
  expect(await verify(tenant)).toEqual({ tenant, rows: 3, last: 3, sealedFrom: 1 });
  const before = await db
    .selectFrom('baton.audit')
    .selectAll()
    .where('tenant_id', '=', tenant)
    .orderBy('seq')
    .execute();
  const forged = link(before[1]?.hash ?? '', 3, 'a'.repeat(64));
  await sabotage(
    tenant,
    `update baton.audit set actor_name = 'Eve', hash = '${forged}' where tenant_id = $t and seq = 3`,
    `update baton.audit_head set hash = '${forged}' where tenant_id = $t`,
  );
  expect((await verify(tenant)).broken).toEqual({ seq: 3, what: expect.stringMatching(/something else/) });
});

test('who adds a row without the key is found', async () => {
  sealWith(['a long secret of the house']);
  const tenant = await makeChain(2);
  sealWith([]);
  await addRows(tenant, 1);
  sealWith(['a long secret of the house']);
  expect((await verify(tenant)).broken).toEqual({ seq: 3, what: expect.stringMatching(/not sealed/) });
});

test('a new key seals while the old one still verifies', async () => {
  sealWith(['an old secret of the house']);
  const tenant = await makeChain(2);
  sealWith(['a new secret of the house', 'an old secret of the house']);
  await addRows(tenant, 2);
  expect((await verify(tenant)).broken).toBeUndefined();
  sealWith(['a new secret of the house']);
  expect((await verify(tenant)).broken).toEqual({ seq: 1, what: expect.stringMatching(/does not hold/) });
});

test('a kept head whose seal does not fit is no proof', async () => {
  sealWith(['a long secret of the house']);
  const tenant = await makeChain(2);
  const [head] = await asService(() => readHeads(db, tenant));
  if (!head) throw new Error('there is a head');
  expect((await verify(tenant, { heads: [head] })).broken).toBeUndefined();
  const forged = { ...head, hash: 'f'.repeat(64) };
  expect((await verify(tenant, { heads: [forged] })).broken?.what).toMatch(/seal/);
});

test('old rows go from the oldest on, and the rest verifies from the anchor on', async () => {
  const tenant = await makeChain(4);
  await grow(tenant, 30);
  await addRows(tenant, 2);
  await rechain(tenant);
  expect(await trimAudit(db, 20)).toBe(4);
  const left = await db
    .selectFrom('baton.audit')
    .select('seq')
    .where('tenant_id', '=', tenant)
    .orderBy('seq')
    .execute();
  expect(left).toEqual([{ seq: 5 }, { seq: 6 }]);
  expect(await verify(tenant)).toEqual({ tenant, rows: 2, last: 6 });
  await sabotage(tenant, 'delete from baton.audit where tenant_id = $t and seq = 5');
  expect((await verify(tenant)).broken).toEqual({ seq: 5, what: 'Row 5 is missing.' });
});

test('a chain whose rows all went goes on where it was', async () => {
  const tenant = await makeChain(2);
  await grow(tenant, 30);
  await trimAudit(db, 20);
  expect(await verify(tenant)).toEqual({ tenant, rows: 0, last: 2 });
  await addRows(tenant, 1);
  expect(await verify(tenant)).toEqual({ tenant, rows: 1, last: 3 });
});

test('who takes away old rows without the key, and says they grew too old, is found', async () => {
  sealWith(['a long secret of the house']);
  const tenant = await makeChain(4);
  await sabotage(
    tenant,
    `update baton.audit_head set anchor_seq = 2, anchor_hash = (select hash from baton.audit where tenant_id = $t and seq = 2)
      where tenant_id = $t`,
    'delete from baton.audit where tenant_id = $t and seq <= 2',
  );
  expect((await verify(tenant)).broken).toEqual({ seq: 2, what: expect.stringMatching(/is not sealed/) });
});

test('an anchor is sealed where there is a key', async () => {
  sealWith(['a long secret of the house']);
  const tenant = await makeChain(2);
  await grow(tenant, 30);
  await trimAudit(db, 20);
  expect((await verify(tenant)).broken).toBeUndefined();
  await sabotage(tenant, `update baton.audit_head set anchor_seal = repeat('0', 64) where tenant_id = $t`);
  expect((await verify(tenant)).broken?.what).toMatch(/not what was sealed/);
});

test('rows of today are not taken away, whatever is asked', async () => {
  const tenant = await makeChain(2);
  const trim = asService(() => sql`select baton.trim_audit(${tenant}, 1, null, null)`.execute(db));
  await expect(trim).rejects.toThrow(/for a day at least/);
});

/** Computes the links anew after the times of rows were changed. */
async function rechain(tenant: string): Promise<void> {
  const { rowDigest } = await import('../../src/audit/row-digest.ts');
  const rows = await db
    .selectFrom('baton.audit')
    .selectAll()
    .where('tenant_id', '=', tenant)
    .orderBy('seq')
    .execute();
  let previous = '0'.repeat(64);
  const statements = rows.map(({ seq, prev_hash: _, hash: __, ...said }) => {
    const hash = link(previous, seq, rowDigest(said) ?? '');
    const statement = `update baton.audit set prev_hash = '${previous}', hash = '${hash}' where tenant_id = $t and seq = ${seq}`;
    previous = hash;
    return statement;
  });
  await sabotage(
    tenant,
    ...statements,
    `update baton.audit_head set hash = '${previous}' where tenant_id = $t`,
  );
}
