import pino from 'pino';
import { afterAll, beforeAll, expect, inject, onTestFinished, test } from 'vitest';
import type { Charge } from '../../src/limits/limit-store.ts';
import { type Limiter, openLimiter } from '../../src/limits/open-limiter.ts';
import { makeRedisServer, type RedisServer, whyNoRedis } from '../bus/redis-server.ts';
import { startService } from '../support/start-service.ts';
import { makeTestDatabase, type TestDatabase } from '../support/test-database.ts';

const why = whyNoRedis();
if (why) process.stderr.write(`Limits in Redis are not tested: ${why}\n`);
const withRedis = test.skipIf(why !== undefined);

let made: TestDatabase;
beforeAll(async () => {
  made = await makeTestDatabase();
});
afterAll(() => made.drop());

let keys = 0;
function charge(quota: number): Charge {
  return { key: `limiter${++keys}`, cost: 1, quota, windowMs: 60_000 };
}

/** A limiter as one process has it, and what it wrote into its log. */
async function openOne(redisUrl?: string) {
  const lines: { msg: string; store: string }[] = [];
  const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const limiter = await openLimiter({ db: made.database.db, redisUrl, log });
  onTestFinished(() => limiter.close());
  return { limiter, lines };
}

async function startRedis(): Promise<RedisServer> {
  const server = await makeRedisServer();
  await server.start();
  onTestFinished(() => server.kill());
  return server;
}

const takes = async (limiter: Limiter, asked: Charge) => (await limiter.take([asked]))[0]?.fits;

/**
 * How many of sixty requests fit into 30 that two processes share. Asked again where a store was passed over for being slow: that tells of the
 * machine.
 */
async function fitInto30(meant: string, redisUrl?: string): Promise<{ fit: number; key: string }> {
  for (;;) {
    const [one, other] = [await openOne(redisUrl), await openOne(redisUrl)];
    expect(one.limiter.state()).toEqual({ store: meant, meant });
    const asked = charge(30);
    const answers: (boolean | undefined)[] = [];
    for (let some = 0; some < 10; some++)
      answers.push(
        ...(await Promise.all(
          [one, other, one, other, one, other].map((each) => takes(each.limiter, asked)),
        )),
      );
    if (one.lines.length + other.lines.length === 0)
      return { fit: answers.filter(Boolean).length, key: asked.key };
  }
}

test('without Redis two processes share one count in the database', async () => {
  expect(await fitInto30('database')).toMatchObject({ fit: 30 });
});

withRedis('with Redis two processes share one count there', async () => {
  const { url } = await startRedis();
  const { fit, key } = await fitInto30('redis', url);
  expect(fit).toBe(30);
  const rows = await made.database.db
    .selectFrom('baton.limit_count')
    .select('key')
    .where('key', '=', key)
    .execute();
  expect(rows).toEqual([]);
});

withRedis(
  'when Redis goes the database counts, the log says so once, and Redis is used again when it is back',
  async () => {
    const server = await startRedis();
    const { limiter, lines } = await openOne(server.url);
    const asked = charge(100);
    await limiter.take([asked]);
    await server.kill();
    for (let n = 0; n < 5; n++) expect(await takes(limiter, asked)).toBe(true);
    expect(limiter.state()).toEqual({ store: 'database', meant: 'redis' });
    expect(lines.filter(({ store }) => store === 'redis')).toHaveLength(1);
    await server.start();
    await expect.poll(() => limiter.state().store, { timeout: 10_000 }).toBe('redis');
    expect(await limiter.take([asked])).toMatchObject([{ used: 1 }]); // it came back empty
    expect(lines.map(({ msg }) => msg)).toEqual([
      'limits are counted elsewhere while their store is away',
      'limits are counted where they were before',
    ]);
  },
);

withRedis('a Redis that is not there at the start is used when it comes', async () => {
  const server = await makeRedisServer();
  onTestFinished(() => server.kill());
  const { limiter } = await openOne(server.url);
  expect(limiter.state()).toEqual({ store: 'database', meant: 'redis' });
  expect(await takes(limiter, charge(1))).toBe(true);
  await server.start();
  await expect.poll(() => limiter.state().store, { timeout: 10_000 }).toBe('redis');
});

withRedis('a Redis that says nothing keeps nobody waiting', async () => {
  const server = await startRedis();
  const { limiter } = await openOne(server.url);
  const asked = charge(100);
  await limiter.take([asked]);
  server.freeze();
  const took: number[] = [];
  for (let n = 0; n < 20; n++) {
    const began = performance.now();
    expect(await takes(limiter, asked)).toBe(true);
    took.push(performance.now() - began);
  }
  expect(took.filter((ms) => ms >= 250).length).toBeLessThan(10); // 250 ms is how long Redis is waited for, now and then
  expect(limiter.state().store).toBe('database');
  server.thaw();
  await expect.poll(() => limiter.state().store, { timeout: 10_000 }).toBe('redis');
});

test('while even the database is away the process counts by itself', async () => {
  const gone = await makeTestDatabase();
  await gone.drop();
  const limiter = await openLimiter({ db: gone.database.db, log: pino({ level: 'silent' }) });
  const asked = charge(2);
  expect([await takes(limiter, asked), await takes(limiter, asked), await takes(limiter, asked)]).toEqual([
    true,
    true,
    false,
  ]);
  expect(limiter.state()).toEqual({ store: 'process', meant: 'database' });
});

test('who was refused is refused again without asking, until there is room', async () => {
  const { limiter } = await openOne();
  const asked: Charge = { ...charge(1), windowMs: 1_000 };
  await limiter.take([asked]);
  const [refused] = await limiter.take([asked]);
  const { counts } = await made.database.db
    .selectFrom('baton.limit_count')
    .select('counts')
    .where('key', '=', asked.key)
    .executeTakeFirstOrThrow();
  await made.database.db.deleteFrom('baton.limit_count').where('key', '=', asked.key).execute();
  expect(counts.reduce((sum, n) => sum + n, 0)).toBe(1);
  expect(await takes(limiter, asked)).toBe(false); // the store would have room
  expect(await takes(limiter, { ...asked, quota: 5 })).toBe(true); // a limit that was raised
  await expect.poll(() => takes(limiter, asked), { timeout: (refused?.waitMs ?? 0) + 2_000 }).toBe(true);
});

withRedis('readiness says where limits are counted, and is no worse without Redis', async () => {
  const server = await startRedis();
  const service = await startService({ settings: { REDIS_URL: server.url, BATON_LIMITS: 'address=5/1m' } });
  onTestFinished(() => service.stop());
  const limits = async () => {
    const answer = await fetch(`${service.url}/ready`);
    const { checks } = (await answer.json()) as { checks: { limits: object } };
    return { status: answer.status, ...checks.limits };
  };
  expect(await limits()).toEqual({ status: 200, ok: true, store: 'redis', meant: 'redis' });
  const ask = async () => (await fetch(`${service.url}/api/v1/films?limit=1`)).status;
  expect([await ask(), await ask()]).toEqual([200, 200]);
  await server.kill();
  await expect.poll(limits).toEqual({ status: 200, ok: true, store: 'database', meant: 'redis' });
  expect(await ask()).toBe(200);
  await server.start();
  await expect.poll(limits, { timeout: 10_000 }).toMatchObject({ store: 'redis' });
});

const shared = test.skipIf(inject('template').kind === 'pglite');

shared('two services on one database answer an address no more often than one', async () => {
  const database = { ...made.database, close: async () => undefined };
  const settings = { BATON_LIMITS: 'address=10/1m' };
  const services = await Promise.all(
    [0, 1].map(() => startService({ made: { ...made, database }, settings })),
  );
  onTestFinished(async () => {
    for (const service of services) await service.stop();
  });
  const statuses: number[] = [];
  for (let n = 0; n < 12; n++) {
    for (const { url } of services) statuses.push((await fetch(`${url}/api/v1/films?limit=1`)).status);
  }
  expect(statuses).toEqual([...Array(10).fill(200), ...Array(14).fill(429)]);
});
