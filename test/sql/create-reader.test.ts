import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Database } from '../../src/db/open-database.ts';
import { createReader } from '../../src/sql/create-reader.ts';
import { runSelect } from '../../src/sql/run-select.ts';
import { makeTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { makeShop, shopPolicy } from './shop.ts';

let made: TestDatabase;
let database: Database;

beforeAll(async () => {
  made = await makeTestDatabase();
  database = made.database;
  await makeShop(database);
});
afterAll(() => made.drop());

async function privileges(): Promise<unknown[]> {
  const { rows } =
    await sql`select table_name, column_name, privilege_type from information_schema.column_privileges
    where grantee = ${shopPolicy.role} and table_name in ('staff', 'audit') order by 1, 2`.execute(
      database.db,
    );
  return rows;
}

test('the role may read the columns of the policy and nothing else', async () => {
  await createReader(database, shopPolicy);
  expect(await privileges()).toEqual(
    ['active', 'name', 'staff_id', 'store_id'].map((column_name) => ({
      table_name: 'staff',
      column_name,
      privilege_type: 'SELECT',
    })),
  );
});

test('what the role had before is taken away', async () => {
  await sql.raw(`grant all on shop.staff, shop.audit to ${shopPolicy.role}`).execute(database.db);
  await createReader(database, shopPolicy);
  expect(await privileges()).toHaveLength(4);
});

test('it can run several times at once', async () => {
  const policy = { ...shopPolicy, role: `baton_test_race_${process.pid}` };
  await Promise.all(Array.from({ length: 5 }, () => createReader(database, policy)));
  expect((await runSelect(database, 'select count(*) from film', policy)).rows).toEqual([[100]]);
  await sql.raw(`drop owned by ${policy.role}`).execute(database.db);
  await sql.raw(`drop role ${policy.role}`).execute(database.db);
});

test('a policy that leaves out a column of a table, or names one that is not there, is turned away', async () => {
  const tables = {
    staff: { columns: ['staff_id', 'nmae'], hidden: ['password'] },
    nothing: { columns: ['a'] },
  };
  await expect(createReader(database, { ...shopPolicy, tables })).rejects.toThrow(
    'shop.staff has no column nmae; shop.staff.name is neither in columns nor in hidden',
  );
  await expect(createReader(database, { ...shopPolicy, tables })).rejects.toThrow(
    'there is no table shop.nothing',
  );
});

test('a hidden column that everybody may read is turned away', async () => {
  await sql`grant select (email) on shop.customer to public`.execute(database.db);
  await expect(createReader(database, shopPolicy)).rejects.toThrow(/can read shop.customer.email/);
  await sql`revoke select (email) on shop.customer from public`.execute(database.db);
});
