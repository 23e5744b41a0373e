import { afterAll, expect, test } from 'vitest';
import { recordAction } from '../../src/audit/record.ts';
import { verifyChain } from '../../src/audit/verify-chain.ts';
import { asService, inTenant } from '../../src/tenancy.ts';
import { makeTestDatabase } from '../support/test-database.ts';

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
