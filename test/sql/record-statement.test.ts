import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Database } from '../../src/db/open-database.ts';
import { createReader } from '../../src/sql/create-reader.ts';
import { runSelect } from '../../src/sql/run-select.ts';
import { inTenant, localTenant } from '../../src/tenancy.ts';
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

const run = { runId: 'r1', threadId: 't1', graph: 'films', userId: 'u1' };
const ask = (statement: string) =>
  inTenant({ tenant: localTenant, run }, () => runSelect(database, statement, shopPolicy));

async function lastRow() {
  const row = await database.db
    .selectFrom('baton.audit')
    .selectAll()
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row;
}

test('a statement is recorded with its fingerprint, its tables, its rows, its time and its run', async () => {
  const statement = 'select film_id, title from film order by 1 limit 2';
  await ask(statement);
  expect(await lastRow()).toMatchObject({
    action: 'sql-run',
    outcome: 'ok',
    actor_kind: 'user',
    actor_id: 'u1',
    details: {
      statement,
      fingerprint: expect.stringMatching(/^[0-9a-f]{16}$/),
      tables: ['film'],
      rows: 2,
      milliseconds: expect.any(Number),
      run: 'r1',
      thread: 't1',
    },
  });
});

test('statements that differ in constants alone have one fingerprint', async () => {
  await ask('select title from film where film_id = 1');
  const first = (await lastRow())?.details.fingerprint;
  await ask('select title from film where film_id = 2');
  expect((await lastRow())?.details.fingerprint).toBe(first);
});

test('a refused statement is recorded with the rule that it broke, and one that failed with why', async () => {
  await expect(ask('delete from film')).rejects.toThrow();
  expect(await lastRow()).toMatchObject({ outcome: 'refused', details: { reason: 'reads-only' } });
  await expect(ask('select 1 / 0')).rejects.toThrow();
  expect(await lastRow()).toMatchObject({ outcome: 'failed', details: { reason: expect.any(String) } });
});

test('what a statement found is not shown when it cannot be recorded', async () => {
  await sql`alter table baton.audit rename to audit_away`.execute(database.db);
  await expect(ask('select 1')).rejects.toThrow();
  await sql`alter table baton.audit_away rename to audit`.execute(database.db);
  await expect(ask('select 1')).resolves.toMatchObject({ rowCount: 1 });
});
