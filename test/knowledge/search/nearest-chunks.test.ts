import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Metric } from '../../../src/db/tables/knowledge-tables.ts';
import { sweepChunkIndexes } from '../../../src/knowledge/embed/chunk-index.ts';
import type { VectorSpace } from '../../../src/knowledge/embed/vector-space.ts';
import { nearestChunks as nearestOf } from '../../../src/knowledge/search/nearest-chunks.ts';
import { inTenant, localTenant } from '../../../src/tenancy.ts';
import { makeTenant } from '../../support/people.ts';
import { makeTestDatabase, type TestDatabase } from '../../support/test-database.ts';
import { explaining, makeRows, type Rows, scatter } from './vector-rows.ts';

let made: TestDatabase;

/** As a tenant, whom policies hold. */
const nearestChunks: typeof nearestOf = (...asked) => inTenant(localTenant, () => nearestOf(...asked));

beforeAll(async () => {
  made = await makeTestDatabase();
});
afterAll(() => made.drop());

const vectors = scatter(2_000, 16);
const [asked = []] = scatter(2_001, 16).slice(2_000);

const near: Record<Metric, (one: number[], other: number[]) => number> = {
  cosine: (one, other) => dot(one, other) / Math.hypot(...one) / Math.hypot(...other),
  l2: (one, other) => 1 / (1 + Math.hypot(...one.map((value, at) => value - (other[at] ?? 0)))),
  inner_product: dot,
};

describe.each(['cosine', 'l2', 'inner_product'] as const)('by %s', (metric) => {
  // of different lengths, so that the metrics disagree
  const uneven = vectors.map((vector, n) => vector.map((value) => value * (1 + (n % 7) / 3)));

  test('the nearest of a few come first, with scores that are the more the nearer', async () => {
    const { db } = made.database;
    const few = uneven.slice(0, 300);
    const { space, chunkNos } = await makeRows(db, { vectors: few, metric });
    const found = await nearestChunks(db, space, asked, { limit: 10 });
    const best = rank(few, metric).slice(0, 10);
    expect(found.map(({ chunk_no }) => chunk_no)).toEqual(best.map(([n]) => chunkNos[n]));
    for (const [at, [, score]] of best.entries()) expect(found[at]?.score).toBeCloseTo(score, 2);
  });

  test('the nearest of many are found by their index', async () => {
    const { db } = made.database;
    const { space, chunkNos } = await makeRows(db, { vectors: uneven, metric });
    await sweepChunkIndexes(db, { exactUpTo: 1_000 });
    const indexed = { ...space, indexed: true };
    expect((await plansOf(indexed)).join('\n')).toContain(
      `Index Scan using chunk_vector_hnsw_${space.spaceNo}`,
    );
    const found = await nearestChunks(db, indexed, asked, { limit: 10 });
    const best = rank(uneven, metric).slice(0, 10);
    const hits = found.filter(({ chunk_no }) => best.some(([n]) => chunkNos[n] === chunk_no));
    expect(hits.length).toBeGreaterThanOrEqual(9);
    expect(found.map(({ score }) => score)).toEqual(
      found.map(({ score }) => score).toSorted((a, b) => b - a),
    );
  });

  function rank(from: number[][], by: Metric): [n: number, score: number][] {
    return from
      .map((vector, n) => [n, near[by](vector, asked)] as [number, number])
      .sort((a, b) => b[1] - a[1]);
  }
});

test('what is no draft’s and no other tenant’s is found, and nothing else', async () => {
  const { db } = made.database;
  const { space } = await makeRows(db, { vectors: vectors.slice(0, 10), live: false });
  expect(await nearestChunks(db, space, asked, { limit: 10 })).toEqual([]);
  const own = await makeRows(db, { vectors: vectors.slice(0, 10) });
  expect(await nearestChunks(db, own.space, asked, { limit: 10 })).toHaveLength(10);
  await makeTenant(made.database, 'other');
  expect(await inTenant('other', () => nearestOf(db, own.space, asked, { limit: 10 }))).toEqual([]);
});

describe('with a filter', () => {
  const many = scatter(6_000, 8);
  const [near = []] = scatter(6_001, 8).slice(6_000);
  const metadata = Array.from({ length: 300 }, (_, n) => ({ even: n % 2 === 0, n }));
  let indexed: VectorSpace;
  let rows: Rows;

  beforeAll(async () => {
    rows = await makeRows(made.database.db, { vectors: many, metadata });
    await sweepChunkIndexes(made.database.db, { exactUpTo: 1_000 });
    indexed = { ...rows.space, indexed: true };
  });

  test('that many chunks pass, the index is walked until there are enough', async () => {
    const limits = { limit: 10, filter: { metadata: { even: true } } };
    const plans = await plansOf(indexed, limits, near);
    expect(plans.some((plan) => plan.includes('chunk_vector_hnsw'))).toBe(true);
    const found = await nearestChunks(made.database.db, indexed, near, limits);
    expect(found).toHaveLength(10);
    for (const { chunk_no } of found) expect((rows.chunkNos.indexOf(chunk_no) % 300) % 2).toBe(0);
    const exact = await nearestChunks(made.database.db, rows.space, near, limits);
    const hits = found.filter(({ chunk_no }) => exact.some((one) => one.chunk_no === chunk_no));
    expect(hits.length).toBeGreaterThanOrEqual(9);
  });

  test('that few chunks pass, these are compared, by their keys', async () => {
    const limits = { limit: 30, filter: { metadata: { n: 7 } } };
    const found = await nearestChunks(made.database.db, indexed, near, limits);
    expect(found).toHaveLength(20);
    const plans = await plansOf(indexed, limits, near);
    expect(plans).toHaveLength(1);
    expect(plans[0]).toMatch(/Index Scan using chunk_vector_(pkey|chunk)/);
  });

  test('that leaves fewer than are asked for of many, all of them come', async () => {
    const { db } = made.database;
    await sql`update baton.chunk set live = false
      where collection_no = ${rows.space.collectionNo} and chunk_no > ${rows.chunkNos[4]}`.execute(db);
    const limits = { limit: 10, filter: { metadata: { n: { $lt: 200 } } } };
    expect(await nearestChunks(db, indexed, near, limits)).toHaveLength(5);
  });
});

test('vectors without a direction are near to nothing', async () => {
  const { db } = made.database;
  const { space, chunkNos } = await makeRows(db, { vectors: [asked, asked.map(() => 0)] });
  expect(await nearestChunks(db, space, asked, { limit: 10 })).toEqual([
    { chunk_no: chunkNos[0], score: expect.closeTo(1, 2) },
  ]);
  expect(
    await nearestChunks(
      db,
      space,
      asked.map(() => 0),
      { limit: 10 },
    ),
  ).toEqual([]);
});

test('the settings of a walk are gone after it', async () => {
  const { db } = made.database;
  const { space } = await makeRows(db, { vectors: vectors.slice(0, 10) });
  const settings = () =>
    db.connection().execute(async (one) => {
      await nearestChunks(one, { ...space, indexed: true }, asked, { limit: 5 });
      const { rows } = await sql<{ view: string }>`select current_setting('hnsw.ef_search') as view`.execute(
        one,
      );
      return rows[0]?.view;
    });
  expect(await settings()).toBe('40');
});

async function plansOf(
  space: VectorSpace,
  limits: Parameters<typeof nearestOf>[3] = { limit: 10 },
  vector = asked,
): Promise<string[]> {
  const plans: string[] = [];
  await nearestChunks(
    explaining(made.database.db, (plan) => plans.push(plan)),
    space,
    vector,
    limits,
  );
  return plans;
}

function dot(one: number[], other: number[]): number {
  return one.reduce((sum, value, at) => sum + value * (other[at] ?? 0), 0);
}
