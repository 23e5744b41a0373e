import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { databaseStore, sweepCounts } from '../../src/limits/database-store.ts';
import type { Charge, LimitStore } from '../../src/limits/limit-store.ts';
import { asLimitStore, openMemoryStore } from '../../src/limits/memory-store.ts';
import { openRedisStore, type RedisStore } from '../../src/limits/redis-store.ts';
import { makeRedisServer, type RedisServer, whyNoRedis } from '../bus/redis-server.ts';
import { runsOf, seedOf } from '../support/property-runs.ts';
import { makeTestDatabase, type TestDatabase } from '../support/test-database.ts';

const why = whyNoRedis();
if (why) process.stderr.write(`Limits in Redis are not tested: ${why}\n`);

let made: TestDatabase;
let server: RedisServer;
let redis: RedisStore;
const stores = new Map<string, LimitStore>();

beforeAll(async () => {
  made = await makeTestDatabase();
  stores.set('the process', asLimitStore(openMemoryStore()));
  stores.set('the database', databaseStore(made.database.db));
  if (why) return;
  server = await makeRedisServer();
  await server.start();
  redis = await openRedisStore({ url: server.url, onError: () => undefined });
  stores.set('Redis', redis);
});

afterAll(async () => {
  redis?.close();
  await server?.kill();
  await made.drop();
});

let keys = 0;
const newKey = () => `test${++keys}`;
const begin = 1_700_000_000_000;

function charge(quota: number, given: Partial<Charge> = {}): Charge {
  return { key: newKey(), cost: 1, quota, windowMs: 10_000, ...given };
}

/** How many of so many charges are taken, one after another. */
async function takeMany(store: LimitStore, many: number, asked: Charge, now: number): Promise<number> {
  let taken = 0;
  for (let n = 0; n < many; n++) if ((await store.take([asked], now))[0]?.fits) taken += 1;
  return taken;
}

const each = test.for(['the process', 'the database', ...(why ? [] : ['Redis'])]);
const storeNamed = (name: string) => stores.get(name) ?? expect.fail(`no store ${name}`);

each('in %s a burst across the edge of a window gets no more than the limit', async (name) => {
  const store = storeNamed(name);
  const asked = charge(10);
  const edge = begin + 10_000; // where a window that began at the first request would end, and where one of the clock's does
  expect(await takeMany(store, 5, asked, begin)).toBe(5);
  expect(await takeMany(store, 20, asked, edge - 1)).toBe(5);
  expect(await takeMany(store, 20, asked, edge)).toBe(0);
  expect(await takeMany(store, 20, asked, edge + 500)).toBe(5);
  expect(await takeMany(store, 20, asked, edge + 9_999)).toBe(0);
});

each('in %s whoever waits as long as told has room, and not a millisecond sooner', async (name) => {
  const store = storeNamed(name);
  const asked = charge(2);
  for (const now of [begin + 123, begin + 4_567]) await store.take([asked], now);
  const [refused] = await store.take([asked], begin + 5_000);
  expect(refused).toMatchObject({ fits: false, used: 2 });
  const until = begin + 5_000 + (refused?.waitMs ?? 0);
  expect(until).toBeGreaterThanOrEqual(begin + 123 + 10_000);
  expect(until).toBeLessThanOrEqual(begin + 123 + 10_500);
  expect(await store.take([asked], until - 1)).toMatchObject([{ fits: false, waitMs: 1 }]);
  expect(await store.take([asked], until)).toMatchObject([{ fits: true, used: 2 }]);
});

each('in %s nothing is counted against any limit where one of them has no room', async (name) => {
  const store = storeNamed(name);
  const [wide, narrow] = [charge(100), charge(1)];
  await store.take([wide, narrow], begin);
  const refused = await store.take([wide, narrow], begin);
  expect(refused).toMatchObject([
    { fits: true, used: 1 },
    { fits: false, used: 1 },
  ]);
  expect(await store.take([wide], begin)).toMatchObject([{ fits: true, used: 2 }]);
});

each('in %s many that come at once take exactly as much as there is', async (name) => {
  const store = storeNamed(name);
  const [shared, ...own] = [charge(40), charge(30), charge(30)];
  const asks = Array.from({ length: 100 }, (_, n) =>
    store.take(
      n % 3 === 0 ? [shared] : n % 3 === 1 ? [shared, own[0] ?? shared] : [own[1] ?? shared, shared],
    ),
  );
  const answers = await Promise.all(asks);
  expect(answers.filter((readings) => readings.every(({ fits }) => fits)).length).toBe(40);
});

each('in %s what costs more than there is left waits for more to be forgotten', async (name) => {
  const store = storeNamed(name);
  const asked = charge(10, { cost: 4 });
  await store.take([asked], begin);
  await store.take([asked], begin + 5_000);
  const [refused] = await store.take([asked], begin + 6_000);
  expect(refused).toEqual({ fits: false, used: 8, waitMs: 4_500 });
  expect(await store.take([{ ...asked, cost: 2 }], begin + 6_000)).toMatchObject([{ fits: true, used: 10 }]);
});

each('in %s a clock that goes back forgets nothing', async (name) => {
  const store = storeNamed(name);
  const asked = charge(3);
  expect(await takeMany(store, 3, asked, begin + 60_000)).toBe(3);
  expect(await takeMany(store, 3, asked, begin)).toBe(0);
});

const moments = fc.array(
  fc.record({ after: fc.integer({ min: 0, max: 4_000 }), cost: fc.integer({ min: 1, max: 3 }) }),
  { minLength: 5, maxLength: 60 },
);

test('within no time as long as the window is more than the limit ever taken', async () => {
  await fc.assert(
    fc.asyncProperty(moments, fc.integer({ min: 1, max: 12 }), async (asks, quota) => {
      const store = openMemoryStore();
      const asked = charge(quota);
      const taken: { at: number; cost: number }[] = [];
      let now = begin;
      for (const { after, cost } of asks) {
        now += after;
        if (store.take([{ ...asked, cost }], now)[0]?.fits) taken.push({ at: now, cost });
      }
      for (const { at } of taken) {
        const within = taken.filter((other) => other.at > at - 10_000 && other.at <= at);
        expect(within.reduce((sum, { cost }) => sum + cost, 0)).toBeLessThanOrEqual(quota);
      }
    }),
    { numRuns: runsOf(100), seed: seedOf(1) },
  );
});

test('all stores say the same of the same requests', async () => {
  await fc.assert(
    fc.asyncProperty(moments, fc.integer({ min: 1, max: 12 }), async (asks, quota) => {
      const [one, other] = [charge(quota), charge(5, { windowMs: 3_000 })];
      let now = begin + 77;
      for (const { after, cost } of asks) {
        now += after;
        const charges = cost === 3 ? [other, one] : [{ ...one, cost }];
        const said = await Promise.all([...stores.values()].map((store) => store.take(charges, now)));
        for (const readings of said) expect(readings).toEqual(said[0]);
      }
    }),
    { numRuns: runsOf(15), seed: seedOf(1) },
  );
});

test('counts that are over are swept, and the others stay', async () => {
  const { db } = made.database;
  const store = databaseStore(db);
  const [over, current] = [charge(5), charge(5)];
  await store.take([over], begin);
  await store.take([current]);
  await sweepCounts(db);
  const left = await db
    .selectFrom('baton.limit_count')
    .select('key')
    .where('key', 'in', [over.key, current.key])
    .execute();
  expect(left).toEqual([{ key: current.key }]);
});

test('memory holds no more keys than it may', () => {
  const store = openMemoryStore(3);
  const asked = Array.from({ length: 5 }, () => charge(1));
  for (const each of asked) store.take([each], begin);
  const again = asked.map((each) => store.take([each], begin)[0]?.fits);
  expect(again[0]).toBe(true);
});
