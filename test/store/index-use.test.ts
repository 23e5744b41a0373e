import { type RawBuilder, sql } from 'kysely';
import { expect, test } from 'vitest';
import { isItem, isUnder } from '../../src/store/item-conditions.ts';
import { inTenant, localTenant } from '../../src/tenancy.ts';
import { openTestDatabase } from '../support/test-database.ts';

test('a tenant’s look-ups in the store are look-ups in the index, which its policy does not stand in the way of', async () => {
  const { db } = await openTestDatabase();
  const plan = (condition: RawBuilder<unknown>) =>
    inTenant(localTenant, () =>
      db.transaction().execute(async (trx) => {
        await sql`set local enable_seqscan = off`.execute(trx);
        const { rows } = await sql<{ 'QUERY PLAN': string }>`
          explain select from baton.store_item where ${condition}`.execute(trx);
        return rows.map((row) => row['QUERY PLAN']).join('\n');
      }),
    );
  expect(await plan(isItem(['users', 'ann'], 'likes'))).toMatch(
    /Index Cond: .*tenant_id = .*place = .*key = /,
  );
  expect(await plan(isUnder(['users']))).toMatch(/Index Cond: .*tenant_id = .*place >= .*place < /);
});
