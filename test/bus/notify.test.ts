import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest';
import { type Database, openPostgres, type PostgresDatabase } from '../../src/db/open-database.ts';
import { makeTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { lastSeq, openTestBus, told, toldWhole } from './open-test-bus.ts';
import { openProxy } from './tcp-proxy.ts';

let made: TestDatabase;
let database: Database;
beforeAll(async () => {
  made = await makeTestDatabase();
  database = made.database;
});
afterAll(() => made.drop());

const { kind } = inject('template');
const slow = { timeout: 30_000 };

describe.runIf(kind === 'pglite')('on the embedded database', () => {
  test('the bus is alone, with Redis or without, and everything may be called', async () => {
    const { bus, heard, gaps } = await openTestBus({ database, redisUrl: 'redis://127.0.0.1:1' });
    expect(bus.state()).toBe('alone');
    bus.publish(told('t', 1));
    await bus.close();
    expect(heard).toEqual([]);
    expect(gaps()).toBe(0);
  });
});

if (kind === 'pglite') process.stdout.write('NOTIFY is tested on PostgreSQL only: DATABASE_URL is not set\n');

describe.runIf(kind === 'postgres')('over NOTIFY', () => {
  test('two processes hear each other, in the order of each thread, and nobody hears itself', async () => {
    const [one, two] = [await openTestBus({ database }), await openTestBus({ database })];
    expect(one.bus.state()).toBe('connected');
    const start = performance.now();
    for (let seq = 1; seq <= 60; seq++) {
      one.bus.publish(toldWhole('a', seq));
      two.bus.publish(told('b', seq));
      await sleep(2);
    }
    one.bus.publish({ type: 'cancel', runId: 'r' });
    one.bus.publish({ type: 'run-waits' });
    await expect.poll(() => lastSeq(two.heard, 'a')).toBe(60);
    await expect.poll(() => lastSeq(one.heard, 'b')).toBe(60);
    await expect.poll(() => two.heard).toContainEqual({ type: 'cancel', runId: 'r' });
    expect(two.heard).toContainEqual({ type: 'run-waits' });
    expect(lastSeq(two.heard, 'b') + lastSeq(one.heard, 'a')).toBe(0);
    expect(two.heard.every((notice) => !('events' in notice))).toBe(true);
    expect(two.heard.length).toBeLessThan((performance.now() - start) / 20 + 10); // a send in 20 ms
  });

  test('what a moment gathers may be larger than a payload', async () => {
    const [one, two] = [await openTestBus({ database }), await openTestBus({ database })];
    const threads = Array.from({ length: 1000 }, (_, index) => `${index}-`.padEnd(36, '0'));
    for (const threadKey of threads) one.bus.publish(told(threadKey, 5));
    await expect.poll(() => two.heard.length).toBe(1000);
    expect(two.heard).toEqual(threads.map((threadKey) => told(threadKey, 5)));
  });

  test('a listener that throws keeps nobody else from hearing, and who stopped hears no more', async () => {
    const [one, two] = [await openTestBus({ database }), await openTestBus({ database })];
    two.bus.subscribe(
      () => {
        throw new Error('on purpose');
      },
      () => undefined,
    );
    const early: unknown[] = [];
    const stop = two.bus.subscribe(
      (notice) => early.push(notice),
      () => undefined,
    );
    const late: unknown[] = [];
    two.bus.subscribe(
      (notice) => late.push(notice),
      () => undefined,
    );
    stop();
    one.bus.publish(told('t', 1));
    await expect.poll(() => late).toEqual([told('t', 1)]);
    expect(early).toEqual([]);
    expect(two.logged.map(({ msg }) => msg)).toContain('a listener of the bus failed');
  });

  test('while nobody else is there nothing is said, and who comes hears of a gap and of all that follows', async () => {
    const { said, allHeard } = await listenBeside();
    const one = await openTestBus({ database });
    await expect.poll(() => said.length, slow).toBeGreaterThan(0); // that it is there
    const isSaid = (seq: number) => said.some((text) => text.includes(`"seq":${seq}`));
    let seq = 0;
    await expect
      .poll(
        async () => {
          one.bus.publish(told('t', ++seq));
          await sleep(300);
          await allHeard();
          return isSaid(seq);
        },
        { ...slow, interval: 50 },
      )
      .toBe(false);
    const two = await openTestBus({ database });
    await expect.poll(() => two.gaps(), slow).toBe(1);
    one.bus.publish(told('t', ++seq));
    two.bus.publish(told('u', 1));
    await expect.poll(() => two.heard, slow).toEqual([told('t', seq)]);
    await expect.poll(() => one.heard, slow).toEqual([told('u', 1)]);
  });

  test('a cut connection is made again: that is a gap, and then everything is heard', async () => {
    const [one, two] = [await openTestBus({ database }), await openTestBus({ database })];
    await cutListeners(database);
    await expect.poll(() => [one.gaps(), two.gaps()], slow).toEqual([1, 1]);
    expect(two.bus.state()).toBe('connected');
    one.bus.publish(told('t', 1));
    await expect.poll(() => two.heard).toEqual([told('t', 1)]);
    expect(one.logged.map(({ msg }) => msg)).toEqual([
      'the bus lost the database: other processes are not heard',
      'the bus listens to the database again',
    ]);
  });

  test('notices wait while the database is away, a bounded number of them, and the others hear of a gap', async () => {
    const { database: far, proxy } = await throughProxy();
    const [one, two] = [await openTestBus({ database: far }), await openTestBus({ database })];
    proxy.cut();
    await expect.poll(() => one.bus.state()).toBe('cut');
    one.bus.publish({ type: 'cancel', runId: 'first' });
    for (let seq = 1; seq <= 1000; seq++) one.bus.publish(told('t', seq));
    proxy.mend();
    await expect.poll(() => two.heard, slow).toContainEqual({ type: 'cancel', runId: 'first' });
    expect(two.heard).toContainEqual(told('t', 1000));
    expect(two.gaps()).toBe(0);
    proxy.cut();
    await expect.poll(() => one.bus.state()).toBe('cut');
    for (let run = 0; run < 25_000; run++) one.bus.publish({ type: 'cancel', runId: `${run}` });
    proxy.mend();
    await expect.poll(() => two.gaps(), slow).toBeGreaterThan(0);
    expect(two.heard.length).toBeLessThan(12_000);
  });

  test('a server that falls silent is noticed, and closing does not wait for it', async () => {
    const { database: far, proxy } = await throughProxy();
    const { bus, gaps } = await openTestBus({ database: far });
    proxy.freeze();
    await expect.poll(() => bus.state(), slow).toBe('cut');
    proxy.mend();
    await expect.poll(() => gaps(), slow).toBe(1);
    proxy.freeze();
    bus.publish(told('t', 2));
    const start = performance.now();
    await bus.close();
    expect(performance.now() - start).toBeLessThan(2_500); // an answer of the server is waited for for 3 s
  });

  test('a bus opens without its database, says that it is cut, and closes', async () => {
    const away = openPostgres('postgres://nobody@127.0.0.1:1/nothing');
    onTestFinished(() => away.close());
    const { bus } = await openTestBus({ database: away });
    expect(bus.state()).toBe('cut');
    bus.publish({ type: 'run-waits' });
    const start = performance.now();
    await bus.close();
    expect(performance.now() - start).toBeLessThan(2_500); // an answer of the server is waited for for 3 s
  });
});

async function cutListeners({ db }: Database): Promise<void> {
  await sql`select pg_terminate_backend(pid) from pg_stat_activity
    where application_name = 'baton-listen' and datname = current_database()`.execute(db);
}

/** All that is said over the bus, heard by somebody who says nothing; `allHeard` waits for what is on its way. */
async function listenBeside(): Promise<{ said: string[]; allHeard: () => Promise<void> }> {
  const client = new pg.Client(made.env.DATABASE_URL);
  const said: string[] = [];
  client.on('notification', ({ payload }) => said.push(payload ?? ''));
  await client.connect();
  await client.query('listen baton_bus');
  onTestFinished(() => client.end());
  let marks = 0;
  async function allHeard(): Promise<void> {
    const mark = `mark ${++marks}`;
    await client.query("select pg_notify('baton_bus', $1)", [mark]);
    await expect.poll(() => said, slow).toContain(mark);
  }
  return { said, allHeard };
}

/** The same database, over connections that the test can cut. */
async function throughProxy() {
  const url = new URL(made.env.DATABASE_URL ?? '');
  const proxy = await openProxy({ host: url.hostname, port: Number(url.port || 5432) });
  url.host = `127.0.0.1:${proxy.port}`;
  const far: PostgresDatabase = openPostgres(url.href);
  onTestFinished(async () => {
    await far.close();
    await proxy.close();
  });
  return { database: far, proxy };
}
