import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Database } from '../../src/db/open-database.ts';
import { checkSql } from '../../src/sql/check-sql.ts';
import { createReader } from '../../src/sql/create-reader.ts';
import { toJson } from '../../src/sql/json-value.ts';
import { readOnly } from '../../src/sql/read-only.ts';
import { runSelect } from '../../src/sql/run-select.ts';
import { makeTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { benign } from './benign.ts';
import { makeShop, shopPolicy } from './shop.ts';

let made: TestDatabase;
let database: Database;

beforeAll(async () => {
  made = await makeTestDatabase();
  database = made.database;
  await makeShop(database);
  await createReader(database, shopPolicy);
});
afterAll(() => made.drop());

test('there are more than 150 statements and none stands there twice', () => {
  expect(benign.length).toBeGreaterThan(150);
  expect(new Set(benign).size).toBe(benign.length);
});

test.each(benign)('%s', async (statement) => {
  const guarded = await runSelect(database, statement, shopPolicy);
  const plain = await runPlainly(statement);
  expect({ columns: guarded.columns, rows: guarded.rows }).toEqual(plain);
  expect(guarded.truncated).toBeUndefined();
  const checked = await checkSql(statement, shopPolicy);
  if (checked.ok) expect([...checked.columns].sort()).toEqual([...plain.columns].sort());
});

/** As the owner, without checks, limits or a cursor. */
async function runPlainly(statement: string) {
  const { columns, rows } = await readOnly(database, { timeoutMs: 10_000 }, async (query) => {
    await query('set local search_path = shop');
    return query(statement);
  });
  return { columns, rows: rows.map((row) => row.map(toJson)) };
}
