import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { Database } from '../../src/db/open-database.ts';
import { ToolError } from '../../src/errors.ts';
import { createReader } from '../../src/sql/create-reader.ts';
import { runSelect } from '../../src/sql/run-select.ts';
import type { SqlPolicy } from '../../src/sql/sql-policy.ts';
import { heldMemory } from '../support/held-memory.ts';
import { makeTestDatabase, type TestDatabase } from '../support/test-database.ts';
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

const endless =
  'with recursive r(n) as (select 1 union all select 1 from r where true) select count(*) from r';

function limited(limits: SqlPolicy['limits']): SqlPolicy {
  return { ...shopPolicy, limits: { ...limits } };
}

test('a result has columns, rows as lists, and what it cost', async () => {
  const result = await runSelect(database, 'select film_id, title from film order by 1 limit 2', shopPolicy);
  expect(result).toEqual({
    columns: ['film_id', 'title'],
    rows: [
      [1, 'FILM 1'],
      [2, 'FILM 2'],
    ],
    rowCount: 2,
    cutCells: 0,
    tables: ['film'],
    cost: expect.any(Number),
    milliseconds: expect.any(Number),
  });
});

test('two columns of one name are both there', async () => {
  const result = await runSelect(database, 'select 1 as a, 2 as a', shopPolicy);
  expect(result).toMatchObject({ columns: ['a', 'a'], rows: [[1, 2]] });
});

test('rows beyond the limit are left out and said so', async () => {
  const { rowCount, truncated } = await runSelect(database, 'select * from film', limited({ rows: 100 }));
  expect([rowCount, truncated]).toEqual([100, undefined]);
  const cut = await runSelect(database, 'select * from film', limited({ rows: 99 }));
  expect([cut.rowCount, cut.truncated]).toEqual([99, 'rows']);
});

test.each([0, 1, 9, 10, 11, 12, 30])(
  'LIMIT %i gives all of its rows, and none is said to be left out',
  async (limit) => {
    const { rows, truncated } = await runSelect(
      database,
      `select film_id from film order by 1 limit ${limit}`,
      shopPolicy,
    );
    expect(rows).toEqual(Array.from({ length: limit }, (_, at) => [at + 1]));
    expect(truncated).toBeUndefined();
  },
);

test.each([
  ['select film_id from film order by 1 limit 5', 'rows', 4],
  ['select film_id from film order by 1 limit 4', undefined, 4],
  ['select 1 as one from film order by 1 fetch first 1 row with ties', 'rows', 4],
  ["select repeat('x', 900) from film limit 3", 'bytes', 1],
  ['select count(*) from film', undefined, 1],
  ['select count(*) from film having count(*) < 0', undefined, 0],
  ['select generate_series(1, count(*)::int) from film', 'rows', 4],
])('%s is cut by %s', async (statement, by, count) => {
  const found = await runSelect(database, statement, limited({ rows: 4, bytes: 1_000 }));
  expect([found.truncated, found.rowCount]).toEqual([by, count]);
});

test('bytes beyond the limit are left out and said so', async () => {
  const wide = "select repeat('x', 900) from generate_series(1, 900)";
  const { rowCount, truncated, rows } = await runSelect(database, wide, limited({ bytes: 50_000 }));
  expect(truncated).toBe('bytes');
  expect(rowCount).toBeGreaterThan(50);
  expect(JSON.stringify(rows).length).toBeLessThan(51_000);
});

test('a long value is cut at a character', async () => {
  const result = await runSelect(database, "select repeat('é', 20)", limited({ cellBytes: 5 }));
  expect(result).toMatchObject({ rows: [['éé… (cut)']], cutCells: 1 });
});

test('a statement whose plan is too expensive does not run', async () => {
  await expect(runSelect(database, 'select count(*) from film', limited({ cost: 1 }))).rejects.toThrow(
    /too expensive/,
  );
});

test('an aggregate that would collect too much does not run', async () => {
  const statement = "select string_agg(title, ',') from film";
  await expect(runSelect(database, statement, limited({ collectedBytes: 1_000 }))).rejects.toThrow(
    /collect too much/,
  );
});

test('a query that takes too long is stopped and the message says what to do', async () => {
  const running = runSelect(database, endless, limited({ timeoutMs: 300 }));
  await expect(running).rejects.toThrow(/took longer than 0.3 s and was stopped. Filter/);
  await expect(running).rejects.toBeInstanceOf(ToolError);
  await expectOrder();
});

test('an abort stops the query long before its time is over, and is passed on', async () => {
  const controller = new AbortController();
  const reason = new Error('the turn was cancelled');
  const running = runSelect(database, endless, limited({ timeoutMs: 600_000 }), {
    signal: controller.signal,
  });
  const failed = running.catch((error: unknown) => error);
  await untilRunning();
  controller.abort(reason);
  expect(await failed).toBe(reason);
  if (database.kind === 'postgres') expect(await countEndless()).toBe(0);
  await expectOrder();
});

test('an abort before the start runs nothing', async () => {
  const signal = AbortSignal.abort(new Error('too late'));
  await expect(runSelect(database, 'select 1', shopPolicy, { signal })).rejects.toThrow('too late');
});

test('an abort while others have all connections does not stop their queries', async () => {
  const controller = new AbortController();
  const others = Array.from({ length: 5 }, () =>
    runSelect(database, 'select count(*) from film', shopPolicy),
  );
  const aborted = runSelect(database, 'select 1', shopPolicy, { signal: controller.signal });
  controller.abort(new Error('gone'));
  await expect(aborted).rejects.toThrow('gone');
  expect((await Promise.all(others)).map((result) => result.rows)).toEqual(Array(5).fill([[100]]));
});

test('the database itself holds when the check is left out', async () => {
  const careless = {
    ...shopPolicy,
    tables: { ...shopPolicy.tables, staff: { columns: ['name', 'password'] } },
  };
  await expect(runSelect(database, 'select password from staff', careless)).rejects.toThrow(
    /permission denied/,
  );
  await expect(runSelect(database, 'select * from staff', careless)).rejects.toThrow(/permission denied/);
  const open = {
    ...shopPolicy,
    functions: ['set_config', 'forbidden'],
    tables: { ...shopPolicy.tables, audit: { columns: ['note'] } },
  };
  await expect(runSelect(database, 'select note from audit', open)).rejects.toThrow(/permission denied/);
  await expect(runSelect(database, 'select forbidden()', open)).rejects.toThrow(/permission denied/);
  const rw = "select set_config('transaction_read_only', 'off', true)";
  await expect(runSelect(database, rw, open)).rejects.toThrow(/read-write mode/);
});

test('an error of the database does not quote what is in the rows', async () => {
  await expect(runSelect(database, 'select title::int from film', shopPolicy)).rejects.toThrow(
    'The query failed: invalid input syntax for type integer: "…" (22P02).',
  );
});

test('a role that is missing is our fault, not the model’s', async () => {
  const failed = await runSelect(database, 'select 1', { ...shopPolicy, role: 'baton_nobody' }).catch(
    (e: unknown) => e,
  );
  expect(failed).toBeInstanceOf(Error);
  expect(failed).not.toBeInstanceOf(ToolError);
});

test('huge results are never in memory as a whole, and leave it as it is', { timeout: 120_000 }, async () => {
  const oneResult = 90_000 * 2_000;
  const wide = "select repeat('x', 1000) as a, repeat('y', 1000) as b, g from generate_series(1, 90000) g";
  const policy = limited({ ...shopPolicy.limits, timeoutMs: 60_000 });
  await runSelect(database, 'select 1 as one', policy);
  const before = heldMemory();
  const seen: number[] = [];
  const look = setInterval(() => seen.push(heldMemory()), 50);
  onTestFinished(() => clearInterval(look));
  for (let run = 0; run < 12; run++) {
    expect((await runSelect(database, wide, policy)).truncated).toBe('bytes');
    if (run % 5 === 0) seen.push(heldMemory());
  }
  expect(Math.max(...seen) - before).toBeLessThan(oneResult / 3);
  expect(heldMemory() - (seen[0] ?? 0)).toBeLessThan(oneResult / 10);
});

async function expectOrder(): Promise<void> {
  expect((await runSelect(database, 'select 1 as one', shopPolicy)).rows).toEqual([[1]]);
  const { rows } =
    await sql`select current_user = session_user as own, current_setting('statement_timeout') as timeout`.execute(
      database.db,
    );
  expect(rows).toEqual([{ own: true, timeout: database.kind === 'postgres' ? '15s' : '0' }]);
}

async function countEndless(): Promise<number> {
  const { rows } = await sql<{ n: number }>`select count(*) as n from pg_stat_activity
    where datname = current_database() and state = 'active' and query like '%of_model%' and pid <> pg_backend_pid()`.execute(
    database.db,
  );
  return rows[0]?.n ?? 0;
}

/** On PostgreSQL the server tells; embedded Postgres is busy, so that nobody can be asked. */
async function untilRunning(): Promise<void> {
  if (database.kind === 'pglite') await sleep(300);
  while (database.kind === 'postgres' && (await countEndless()) === 0) await sleep(10);
}
