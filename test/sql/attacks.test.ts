import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '../../src/db/open-database.ts';
import { ToolError } from '../../src/errors.ts';
import { checkSql } from '../../src/sql/check-sql.ts';
import { createReader } from '../../src/sql/create-reader.ts';
import { runSelect } from '../../src/sql/run-select.ts';
import { makeTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { attacks } from './attacks.ts';
import { makeShop, secret, shopPolicy } from './shop.ts';

let made: TestDatabase;
let database: Database;
let sessionBefore: unknown;

beforeAll(async () => {
  made = await makeTestDatabase();
  database = made.database;
  await makeShop(database);
  await createReader(database, shopPolicy);
  sessionBefore = await readSession();
});
afterAll(() => made.drop());

const stopped = 'bombs stopped by the plan or the clock';
const quick = { ...shopPolicy, limits: { timeoutMs: 700 } };

test('there are more than 250 attacks and none stands there twice', () => {
  const all = Object.values(attacks).flat();
  expect(all.length).toBeGreaterThan(250);
  expect(new Set(all).size).toBe(all.length);
});

describe.each(Object.entries(attacks).filter(([kind]) => kind !== stopped))('%s', (_, statements) => {
  test.each(statements.map((text) => [text.slice(0, 200), text]))('%s', async (_name, text) => {
    const checked = await checkSql(text, shopPolicy);
    expect(checked).toMatchObject({ ok: false, reason: expect.stringMatching(/.{15,}/) });
    if (!checked.ok) expect(checked.reason).not.toContain(secret);
    await expect(runSelect(database, text, shopPolicy)).rejects.toThrow(ToolError);
  });
});

describe(stopped, () => {
  test.each(attacks[stopped] ?? [])('%s', { timeout: 60_000 }, async (text) => {
    const failed = await runSelect(database, text, quick).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(failed).toBeInstanceOf(ToolError);
    expect((failed as Error).message).not.toMatch(/FILM \d|Mike|99999999999999/); // a ToolError, by the line above
  });
});

test('after all of this the data and the session are as they were', async () => {
  const counts =
    await sql`select (select count(*) from shop.film) as film, (select count(*) from shop.payment) as payment,
    (select count(*) from shop.staff where password = ${secret}) as staff,
    (select count(*) from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = 'shop' and c.relkind in ('r', 'v', 'm')) as relations`.execute(database.db);
  expect(counts.rows).toEqual([{ film: 100, payment: 600, staff: 2, relations: 13 }]);
  for (let turn = 0; turn < 5; turn++) expect(await readSession()).toEqual(sessionBefore);
});

async function readSession(): Promise<unknown> {
  const { rows } =
    await sql`select current_user as user, session_user as login, current_setting('search_path') as path,
    current_setting('transaction_read_only') as read_only, current_setting('statement_timeout') as timeout,
    current_setting('work_mem') as work_mem, current_setting('datestyle') as dates, current_setting('jit') as jit,
    (select count(*) from pg_cursors where name = 'of_model') as cursors`.execute(database.db);
  return rows;
}
