import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Database } from '../../src/db/open-database.ts';
import { createReader } from '../../src/sql/create-reader.ts';
import { toJson } from '../../src/sql/json-value.ts';
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
  expect(guarded.rows).toEqual(plain);
  expect(guarded.truncated).toBeUndefined();
});

/** As the owner, without a guard; in the order of the columns that the database gives them. */
async function runPlainly(statement: string) {
  return database.db.transaction().execute(async (trx) => {
    await sql`set local search_path = shop`.execute(trx);
    await sql`set local intervalstyle = postgres`.execute(trx);
    const { rows } = await sql.raw<Record<string, unknown>>(statement).execute(trx);
    return rows.map((row) => Object.values(row).map(asText));
  });
}

/** pg makes objects of intervals. */
function asText(value: unknown) {
  const interval = value as { toPostgres?: () => string } | null; // any value can be asked for a method
  return toJson(typeof interval?.toPostgres === 'function' ? interval.toPostgres() : value);
}
