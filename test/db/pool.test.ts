import { type Kysely, sql } from 'kysely';
import { expect, inject, onTestFinished, test } from 'vitest';
import { isOverdue, isUnavailable } from '../../src/db/is-unavailable.ts';
import { openPostgres, type PoolOptions } from '../../src/db/open-database.ts';
import type { Schema } from '../../src/db/schema.ts';
import { limitsFor, patientLimits } from '../../src/db/session-limits.ts';
import { openProxy } from '../bus/tcp-proxy.ts';
import { openTestDatabase } from '../support/test-database.ts';

/** The embedded database has one connection: see embedded-dialect.test.ts. */
const onServer = test.skipIf(inject('template').kind === 'pglite');

/** A way to a test's own database on the server, with a pool of two connections. */
async function openPool(options: PoolOptions = {}) {
  const made = await openTestDatabase();
  if (made.kind === 'pglite') throw new Error('These tests are for servers.');
  const url = new URL(made.connection.connectionString);
  const proxy = await openProxy({ host: url.hostname, port: Number(url.port) });
  url.host = `127.0.0.1:${proxy.port}`;
  const database = openPostgres(url.href, { max: 2, ...options });
  onTestFinished(async () => {
    await database.close();
    await proxy.close();
  });
  return { ...database, proxy, beside: made.db };
}

/** Takes a connection and gives it back when told to. */
async function hold(db: Kysely<Schema>): Promise<() => void> {
  const [held, free] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const holding = db.transaction().execute(async (trx) => {
    await sql`select 1`.execute(trx);
    held.resolve();
    await free.promise;
  });
  holding.catch(() => undefined); // its connection may be cut
  await held.promise;
  return free.resolve;
}

const ask = (db: Kysely<Schema>) => sql`select 1 as one`.execute(db).then(({ rows }) => rows);

onServer(
  'who gets no connection in time hears that the database is busy, and the next one gets it',
  async () => {
    const pool = await openPool();
    const holders = await Promise.all([hold(pool.db), hold(pool.db)]);
    const refused = await ask(pool.db).catch((error: unknown) => error);
    expect(isUnavailable(refused)).toBe(true);
    expect(pool.counts()).toEqual({ total: 2, idle: 0, waiting: 0 });
    for (const release of holders) release();
    expect(await ask(pool.db)).toEqual([{ one: 1 }]);
  },
);

onServer('connections that the server ends are replaced', async () => {
  const pool = await openPool();
  const running = sql`select pg_sleep(20)`.execute(pool.db).catch((error: unknown) => error);
  await ask(pool.db);
  const end = sql`
    select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`;
  await expect.poll(async () => (await end.execute(pool.beside)).rows.length).toBeGreaterThan(1);
  expect(isUnavailable(await running)).toBe(true);
  const again = () => ask(pool.db).catch(() => 'a connection that has not heard of it');
  await expect.poll(again).toEqual([{ one: 1 }]);
});

onServer(
  'a server that says nothing any more is given up, with all its connections, and used again when it is back',
  async () => {
    const pool = await openPool({ limits: { ...limitsFor(500), silence: 1_000 } });
    const release = await hold(pool.db);
    await ask(pool.db);
    pool.proxy.freeze();
    release();
    const refused = await Promise.all([1, 2, 3].map(() => ask(pool.db).catch((error: unknown) => error)));
    expect(refused.map(isUnavailable)).toEqual([true, true, true]);
    pool.proxy.mend();
    expect(await ask(pool.db)).toEqual([{ one: 1 }]);
  },
);

onServer('a statement, a lock and a transaction take no longer than they may', async () => {
  const limits = { ...limitsFor(300), transaction: 600 };
  const pool = await openPool({ limits });
  const late = await sql`select pg_sleep(20)`.execute(pool.db).catch((error: unknown) => error);
  expect(isOverdue(late)).toBe(true);
  const long = pool.db.transaction().execute(async (trx) => {
    for (let times = 0; times < 100; times++) await sql`select pg_sleep(0.2)`.execute(trx);
  });
  const ended = await long.catch((error: unknown) => error);
  expect(isOverdue(ended) || isUnavailable(ended)).toBe(true); // its rollback finds the connection closed
  const { rows } = await sql<{ lock: string }>`select current_setting('lock_timeout') as lock`.execute(
    pool.db,
  );
  expect(rows).toEqual([{ lock: '300ms' }]);
});

onServer('what may take as long as it takes has no limits, also where the server has some', async () => {
  const pool = await openPool({ limits: patientLimits });
  await sql`alter database ${sql.id(new URL(pool.connection.connectionString).pathname.slice(1))}
    set statement_timeout = 100`.execute(pool.beside);
  const slept = await sql`select pg_sleep(0.4), 1 as one`.execute(pool.db);
  expect(slept.rows).toMatchObject([{ one: 1 }]);
});

onServer('no statement is compiled, however large the database takes it for', async () => {
  const { db } = await openPool();
  const { rows } = await sql<{ jit: string }>`select current_setting('jit') as jit`.execute(db);
  expect(rows).toEqual([{ jit: 'off' }]);
});
