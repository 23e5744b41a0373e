import { afterAll, expect, test } from 'vitest';
import type { Outcome } from '../../src/audit/entry.ts';
import { currentOrigin, fromOrigin } from '../../src/audit/origin.ts';
import { recordAction } from '../../src/audit/record.ts';
import { verifyChain } from '../../src/audit/verify-chain.ts';
import { asService, inTenant } from '../../src/tenancy.ts';
import { makeTestDatabase } from '../support/test-database.ts';
import { listenTo } from '../usage/listen-to.ts';

const { database, drop } = await makeTestDatabase();
const { db } = database;
afterAll(drop);

const tenants = ['acme', 'other'] as const;

await asService(() =>
  db
    .insertInto('baton.tenant')
    .values(tenants.map((tenant_id) => ({ tenant_id, name: tenant_id })))
    .execute(),
);

test('a thousand appends of forty writers at once to two chains leave both whole', async () => {
  const seqs: number[][] = [[], []];
  const lanes = Array.from({ length: 40 }, async (_, lane) => {
    const at = lane % 2;
    for (let append = 1; append <= 25; append++) {
      const seq = await inTenant(tenants[at] ?? '', () =>
        recordAction(db, { action: 'thread-delete', details: { lane, append } }),
      );
      seqs[at]?.push(seq);
    }
  });
  await Promise.all(lanes);
  for (const [at, tenant] of tenants.entries()) {
    const own = seqs[at]?.sort((a, b) => a - b);
    expect(own).toEqual(Array.from({ length: 500 }, (_, index) => index + 1));
    const verdict = await asService(() => verifyChain(db, tenant));
    expect(verdict).toEqual({ tenant, rows: 500, last: 500 });
  }
}, 60_000);

test('what comes while a row is being added goes in together behind it, each on behalf of whoever it came from', async () => {
  let statements = 0;
  const heard = listenTo(db, {
    sending() {
      statements += 1;
    },
  });
  const one = (tenant: string, at: number) =>
    fromOrigin({ requestId: `${tenant}-${at}` }, () =>
      inTenant(tenant, async () => {
        const seq = await recordAction(heard, { action: 'run-cancel', details: { at }, outcome: 'failed' });
        return { seq, recorded: currentOrigin()?.recorded };
      }),
    );
  const all = await Promise.all(Array.from({ length: 40 }, (_, at) => one(tenants[at % 2] ?? '', at)));
  expect(statements).toBe(4);
  for (const [first, tenant] of tenants.entries()) {
    const own = all.filter((_, at) => at % 2 === first);
    const seqs = own.map(({ seq }) => seq);
    const start = seqs[0] ?? 0;
    expect(seqs).toEqual(own.map((_, index) => start + index));
    expect(own.every(({ recorded }) => recorded?.join() === 'failed')).toBe(true);
    const rows = await inTenant(tenant, () =>
      db.selectFrom('baton.audit').selectAll().where('seq', 'in', seqs).orderBy('seq').execute(),
    );
    expect(rows.map(({ details, request_id }) => [request_id, details])).toEqual(
      own.map((_, index) => [`${tenant}-${index * 2 + first}`, { at: index * 2 + first }]),
    );
    expect((await asService(() => verifyChain(db, tenant))).broken).toBeUndefined();
  }
});

test('of rows that came together, those alone are not added that the database refuses', async () => {
  const added = await inTenant('acme', () =>
    Promise.allSettled(
      ['ok', 'ok', 'odd', 'ok'].map(
        (outcome, at) =>
          recordAction(db, { action: 'run-cancel', details: { at }, outcome: outcome as Outcome }), // one is none
      ),
    ),
  );
  expect(added.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
  expect((await asService(() => verifyChain(db, 'acme'))).broken).toBeUndefined();
});

test('where the database cannot be asked, all that wait hear so, and what comes later is added', async () => {
  let away = true;
  const heard = listenTo(db, {
    sending() {
      if (away) throw new Error('Connection terminated');
    },
  });
  const record = () => inTenant('acme', () => recordAction(heard, { action: 'run-cancel' }));
  const ended = await Promise.allSettled([record(), record(), record()]);
  expect(ended.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  away = false;
  await expect(record()).resolves.toBeGreaterThan(0);
});

test('transactions that change the same rows and append at their end do not wait in a circle', async () => {
  const appends = Array.from({ length: 60 }, (_, at) => {
    const tenant = at % 2 ? tenants : ([...tenants].reverse() as string[]);
    return asService(() =>
      db.transaction().execute(async (trx) => {
        await trx
          .updateTable('baton.tenant')
          .set({ name: `${at}` })
          .where('tenant_id', '=', tenant[0] ?? '')
          .execute();
        return recordAction(trx, { action: 'tenant-rename', tenant: tenant[0] ?? '' });
      }),
    );
  });
  await expect(Promise.all(appends)).resolves.toHaveLength(60);
  for (const tenant of tenants)
    expect((await asService(() => verifyChain(db, tenant))).broken).toBeUndefined();
}, 60_000);
