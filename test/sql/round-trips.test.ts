import { connect, createServer, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { openPostgres, type PostgresDatabase } from '../../src/db/open-database.ts';
import { createReader } from '../../src/sql/create-reader.ts';
import { runSelect } from '../../src/sql/run-select.ts';
import { makeTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { makeShop, shopPolicy } from './shop.ts';

/** The embedded database is in the process. */
const onServer = describe.skipIf(inject('template').kind === 'pglite');

let made: TestDatabase;
let database: PostgresDatabase;
let counter: Server;
let trips = 0;

/** The message with which PostgreSQL awaits the next question, without its last letter. */
const ready = Buffer.from([0x5a, 0, 0, 0, 5]);

/** A way to the server on which its answers that it is ready are counted. */
function count(host: string, port: number): Promise<number> {
  counter = createServer((from) => {
    const to = connect(port, host);
    from.pipe(to);
    to.on('data', (chunk) => {
      for (let at = chunk.indexOf(ready); at >= 0; at = chunk.indexOf(ready, at + 1)) trips += 1;
    });
    to.pipe(from);
    from.on('error', () => to.destroy());
    to.on('error', () => from.destroy());
  });
  const listening = Promise.withResolvers<number>();
  counter.listen(0, '127.0.0.1', () => {
    const address = counter.address();
    listening.resolve(typeof address === 'object' && address ? address.port : 0);
  });
  return listening.promise;
}

async function tripsOf(statement: string): Promise<number> {
  const before = trips;
  await runSelect(database, statement, shopPolicy).catch(() => undefined);
  return trips - before;
}

onServer('a statement of a model', () => {
  beforeAll(async () => {
    made = await makeTestDatabase();
    await makeShop(made.database);
    await createReader(made.database, shopPolicy);
    const url = new URL(made.env.DATABASE_URL ?? '');
    url.host = `127.0.0.1:${await count(url.hostname, Number(url.port || 5432))}`;
    database = openPostgres(url.href, { max: 1 });
    await runSelect(database, 'select 1', shopPolicy);
  });

  afterAll(async () => {
    await database?.close();
    counter?.close();
    await made?.drop();
  });

  test('takes three round trips with its row in the audit, and more only for more rows', async () => {
    expect(await tripsOf('select count(*) from film')).toBe(3);
    expect(await tripsOf('select film_id from film order by 1 limit 10')).toBe(3);
    expect(await tripsOf('select film_id from film order by 1')).toBeGreaterThan(3);
  });

  test('that fails takes no more, with its row in the audit', async () => {
    expect(await tripsOf('select title::int from film')).toBe(3);
    expect(await tripsOf('select no_such_column from film')).toBe(1);
    const { details } = await database.db
      .selectFrom('baton.audit')
      .select('details')
      .orderBy('seq', 'desc')
      .executeTakeFirstOrThrow();
    expect(details).toMatchObject({ statement: 'select no_such_column from film' });
  });

  test('begins its transaction anew where the server has forgotten how that begins', async () => {
    await runSelect(database, 'select 1', shopPolicy);
    const client = await database.pool.connect();
    await client.query('deallocate all');
    client.release();
    expect((await runSelect(database, 'select 2 as two', shopPolicy)).rows).toEqual([[2]]);
  });

  test('leaves no transaction and nothing set behind on its connection', async () => {
    for (const statement of ['select 1', 'select title::int from film', 'select title from film']) {
      await runSelect(database, statement, shopPolicy).catch(() => undefined);
      const client = await database.pool.connect();
      const { rows } = await client.query(
        `select current_user = session_user as own, current_setting('search_path') as path, now() = statement_timestamp() as fresh`,
      );
      client.release();
      expect(rows).toEqual([{ own: true, path: '"$user", public', fresh: true }]);
    }
  });

  test('is never kept under a name', async () => {
    for (let times = 0; times < 4; times++) await tripsOf('select title from film where film_id = 1');
    const client = await database.pool.connect();
    const { rows } = await client.query('select statement from pg_prepared_statements');
    client.release();
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.filter(({ statement }) => /\bfilm\b/.test(statement))).toEqual([]);
  });
});
