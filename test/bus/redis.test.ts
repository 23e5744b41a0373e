import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { createClient } from 'redis';
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  inject,
  onTestFinished,
  test,
} from 'vitest';
import type { Database } from '../../src/db/open-database.ts';
import { makeTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { lastSeq, openTestBus, seqsWithEvents, told, toldWhole } from './open-test-bus.ts';
import { makeRedisServer, type RedisServer, whyNoRedis } from './redis-server.ts';
import { openProxy } from './tcp-proxy.ts';

const { kind } = inject('template');
const reason =
  kind === 'pglite' ? 'DATABASE_URL is not set, and the embedded database is alone' : whyNoRedis();
if (reason) process.stdout.write(`The bus over Redis is not tested: ${reason}\n`);

let made: TestDatabase;
let database: Database;
let redis: RedisServer;
beforeAll(async () => {
  made = await makeTestDatabase();
  database = made.database;
});
afterAll(() => made.drop());
beforeEach(async () => {
  if (reason) return;
  redis = await makeRedisServer();
  await redis.start();
});
afterEach(() => redis?.kill());

const streamKey = 'test:events';
const slow = { timeout: 30_000 };

describe.skipIf(reason !== undefined)('over Redis', () => {
  const options = () => ({ database, redisUrl: redis.url, streamKey, deafEvery: 300 });

  test('events travel with their notices, in order, and nobody hears itself', async () => {
    const [one, two] = [await openTestBus(options()), await openTestBus(options())];
    for (let seq = 1; seq <= 300; seq++) {
      one.bus.publish(toldWhole('a', seq));
      if (seq % 10 === 0) await sleep(2);
    }
    one.bus.publish({ type: 'cancel', runId: 'r' });
    two.bus.publish({ type: 'run-waits' });
    await expect.poll(() => two.heard).toContainEqual({ type: 'cancel', runId: 'r' });
    await expect.poll(() => one.heard).toEqual([{ type: 'run-waits' }]);
    expect(lastSeq(two.heard, 'a')).toBe(300);
    expect(seqsWithEvents(two.heard, 'a')).toEqual(Array.from({ length: 300 }, (_, index) => index + 1));
    expect([one.gaps(), two.gaps()]).toEqual([0, 0]);
  });

  test('an event too large for an entry stays in the database, and its number travels', async () => {
    const [one, two] = [await openTestBus(options()), await openTestBus(options())];
    one.bus.publish(toldWhole('a', 1, 40_000));
    await expect.poll(() => two.heard).toEqual([told('a', 1)]);
  });

  test('when Redis is killed NOTIFY takes over, and when it is back it carries events again', async () => {
    const [one, two] = [await openTestBus(options()), await openTestBus(options())];
    await redis.kill();
    await expect.poll(() => two.gaps()).toBeGreaterThan(0);
    one.bus.publish(toldWhole('a', 1));
    await expect.poll(() => two.heard).toEqual([told('a', 1)]);
    await expect.poll(() => two.bus.state(), slow).toBe('connected');
    const before = two.gaps();
    await redis.start();
    await expect.poll(() => warningsAndNews(one.logged), slow).toHaveLength(2);
    await expect.poll(() => warningsAndNews(two.logged), slow).toHaveLength(2);
    expect(two.gaps()).toBeGreaterThan(before);
    one.bus.publish(toldWhole('a', 2));
    await expect.poll(() => seqsWithEvents(two.heard, 'a')).toEqual([2]);
    expect(warningsAndNews(two.logged)).toEqual([
      'Redis cannot be used: the bus goes over NOTIFY until it can',
      'the bus goes over Redis again',
    ]);
  });

  test('a bus that starts without Redis goes over NOTIFY, and moves to Redis when it comes', async () => {
    await redis.kill();
    const [one, two] = [await openTestBus(options()), await openTestBus(options())];
    await expect.poll(() => one.bus.state(), slow).toBe('connected');
    one.bus.publish(toldWhole('a', 1));
    await expect.poll(() => two.heard).toEqual([told('a', 1)]);
    await redis.start();
    await expect.poll(() => warningsAndNews(one.logged), slow).toHaveLength(2);
    await expect.poll(() => warningsAndNews(two.logged), slow).toHaveLength(2);
    one.bus.publish(toldWhole('a', 2));
    await expect.poll(() => seqsWithEvents(two.heard, 'a')).toEqual([2]);
  });

  test('who is cut from Redis hears the others over NOTIFY, and reads in the stream what travelled meanwhile', async () => {
    const proxy = await openProxy({ host: '127.0.0.1', port: redis.port });
    onTestFinished(() => proxy.close());
    const one = await openTestBus(options());
    const two = await openTestBus({ ...options(), redisUrl: `redis://127.0.0.1:${proxy.port}` });
    proxy.cut();
    await expect.poll(() => two.bus.state()).toBe('cut');
    await expect.poll(() => two.bus.state(), slow).toBe('connected');
    for (let seq = 1; seq <= 20; seq++) {
      one.bus.publish(toldWhole('a', seq));
      await sleep(5);
    }
    two.bus.publish(told('b', 1));
    await expect.poll(() => lastSeq(two.heard, 'a')).toBe(20);
    await expect.poll(() => one.heard).toEqual([told('b', 1)]);
    expect(seqsWithEvents(two.heard, 'a')).toEqual([]);
    proxy.mend();
    await expect
      .poll(() => seqsWithEvents(two.heard, 'a'), slow)
      .toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
    expect(one.gaps()).toBe(0);
  });

  test('processes with Redis and without understand each other', async () => {
    const other = await openTestBus({ database, deafEvery: 300 });
    const [one, two] = [await openTestBus(options()), await openTestBus(options())];
    for (let seq = 1; seq <= 100; seq++) {
      one.bus.publish(toldWhole('a', seq));
      await expect.poll(() => lastSeq(other.heard, 'a'), { interval: 5 }).toBe(seq);
      await sleep(10);
    }
    other.bus.publish(told('b', 1));
    await expect.poll(() => one.heard).toEqual([told('b', 1)]);
    expect(seqsWithEvents(two.heard, 'a')).toHaveLength(100);
    await other.bus.close();
    const notified = await listenToPayloads();
    let last = 100;
    await expect.poll(() => saysNothingOverNotify(), slow).toBe(true);
    expect(seqsWithEvents(two.heard, 'a')).toHaveLength(last);

    /** Once nobody is known to be deaf, what is said goes through Redis alone. */
    async function saysNothingOverNotify(): Promise<boolean> {
      const before = notified.length;
      one.bus.publish(toldWhole('a', ++last));
      await expect.poll(() => lastSeq(two.heard, 'a')).toBe(last);
      await sleep(50);
      return notified.length === before;
    }
  });

  test.each([
    ['trimmed', (client: Client) => client.xTrim(streamKey, 'MAXLEN', 0)],
    ['deleted', (client: Client) => client.del(streamKey)],
  ])('a stream that was %s before it was read is a gap, and is read on', async (_, shorten) => {
    const [one, two] = [await openTestBus(options()), await openTestBus(options())];
    const client = openClient(redis.url);
    await client.connect();
    onTestFinished(() => client.destroy());
    one.bus.publish(toldWhole('a', 1));
    await expect.poll(() => seqsWithEvents(two.heard, 'a')).toEqual([1]);
    await shorten(client);
    await expect.poll(() => two.gaps(), slow).toBeGreaterThan(0);
    one.bus.publish(toldWhole('a', 2));
    await expect.poll(() => seqsWithEvents(two.heard, 'a')).toEqual([1, 2]);
    const gaps = two.gaps();
    one.bus.publish(toldWhole('a', 3));
    await expect.poll(() => seqsWithEvents(two.heard, 'a')).toEqual([1, 2, 3]);
    expect(two.gaps()).toBe(gaps);
    expect(two.logged).toEqual([]);
  });

  test('the stream stays about as long as it should', async () => {
    const few = { ...options(), streamLength: 200 };
    const [one, two] = [await openTestBus(few), await openTestBus(few)];
    const client = openClient(redis.url);
    await client.connect();
    onTestFinished(() => client.destroy());
    for (let thread = 0; thread < 800; thread++) one.bus.publish(toldWhole(`${thread}`, 1, 20_000));
    await expect.poll(() => two.heard.length + two.gaps(), slow).toBeGreaterThan(0);
    await expect.poll(() => client.xLen(streamKey), slow).toBeGreaterThanOrEqual(200);
    expect(await client.xLen(streamKey)).toBeLessThan(400);
  });

  test('a Redis that falls silent is noticed, and closing does not wait for it', async () => {
    const proxy = await openProxy({ host: '127.0.0.1', port: redis.port });
    onTestFinished(() => proxy.close());
    const one = await openTestBus({ ...options(), redisUrl: `redis://127.0.0.1:${proxy.port}` });
    const two = await openTestBus(options());
    proxy.freeze();
    one.bus.publish(told('a', 1));
    await expect.poll(() => two.heard, slow).toEqual([told('a', 1)]);
    const start = performance.now();
    await one.bus.close();
    expect(performance.now() - start).toBeLessThan(1_800); // an answer of Redis is waited for for 2 s
  });
});

/** Whatever is sent over NOTIFY from now on. */
async function listenToPayloads(): Promise<string[]> {
  const client = new pg.Client({ connectionString: made.env.DATABASE_URL });
  await client.connect();
  onTestFinished(() => client.end());
  const payloads: string[] = [];
  client.on('notification', ({ payload = '' }) => payloads.push(payload));
  await client.query('listen baton_bus');
  return payloads;
}

type Client = ReturnType<typeof openClient>;

function openClient(url: string) {
  return createClient({ url }).on('error', () => undefined); // the server is killed under it
}

function warningsAndNews(logged: { msg: string }[]): string[] {
  return logged.map(({ msg }) => msg).filter((msg) => msg.includes('Redis'));
}
