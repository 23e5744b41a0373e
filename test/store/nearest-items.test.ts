import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TextEmbedder } from '../../src/store/embed-texts.ts';
import { all, isLive, isUnder } from '../../src/store/item-conditions.ts';
import { type Near, nearestItems } from '../../src/store/nearest-items.ts';
import { putItem } from '../../src/store/put-item.ts';
import { makeTestDatabase, type TestDatabase } from '../support/test-database.ts';

/** Points on a circle: a text is its angle in degrees. */
const embedder: TextEmbedder = { model: "angle's", embed: async (texts) => texts.map(toPoint) };
const toPoint = (text: string) => [
  Math.cos((Number(text) * Math.PI) / 180),
  Math.sin((Number(text) * Math.PI) / 180),
];
const index = ['angles[*]'];
let made: TestDatabase;

beforeAll(async () => {
  made = await makeTestDatabase();
  for (let angle = 0; angle < 360; angle += 1) {
    const namespace = ['circle', angle % 36 === 0 ? 'rare' : 'usual'];
    const value = { angles: [angle, angle + 0.25, angle + 0.5] };
    await putItem(made.database.db, embedder, { namespace, key: `${angle}`, value, index });
  }
  const value = { angles: [203, 200.1, 204] };
  await putItem(made.database.db, embedder, { namespace: ['circle', 'usual'], key: '1000', value, index });
});
afterAll(() => made.drop());

async function keysNear(angle: number, more: Partial<Near>, prefix = ['circle']): Promise<number[]> {
  const { db } = made.database;
  const hits = await nearestItems(db, {
    vector: toPoint(`${angle}`),
    model: embedder.model,
    matches: all([isUnder(prefix), isLive]),
    limit: 5,
    offset: 0,
    ...more,
  });
  const scores = hits.map(({ score }) => score ?? 0);
  expect(scores).toEqual(scores.toSorted((a, b) => b - a));
  const rows = await db.selectFrom('baton.store_item').select(['item_id', 'key']).execute();
  const keys = new Map(rows.map(({ item_id, key }) => [item_id, Number(key)]));
  return hits.map(({ item_id }) => keys.get(item_id) ?? -1);
}

test.each([
  ['compared one by one', 1_000],
  ['found through the index', 10],
])('items %s come nearest first, each once, page by page', async (_, exactUpTo) => {
  expect(await keysNear(90.1, { exactUpTo })).toEqual([90, 89, 91, 88, 92]);
  expect(await keysNear(90.1, { exactUpTo, limit: 2, offset: 2 })).toEqual([91, 88]);
  expect(await keysNear(90.1, { exactUpTo: exactUpTo / 10, limit: 3 }, ['circle', 'rare'])).toEqual([
    72, 108, 36,
  ]);
  expect(await keysNear(90.1, { exactUpTo: exactUpTo / 10, limit: 100 }, ['circle', 'rare'])).toHaveLength(
    10,
  );
  expect(await keysNear(200.1, { exactUpTo })).toEqual([1000, 200, 199, 201, 198]);
  expect(await keysNear(0, { exactUpTo, model: 'other' })).toEqual([]);
});

test('each model has its index, which serves the search', async () => {
  const { db } = made.database;
  const { rows } = await sql<{ indexdef: string }>`select indexdef from pg_indexes
    where tablename = 'store_vector' and indexdef like '%hnsw%'`.execute(db);
  expect(rows.map(({ indexdef }) => indexdef)).toEqual([
    expect.stringMatching(/vector\(2\).*vector_cosine_ops.*model = 'angle''s'/),
  ]);
  const plan = await db.transaction().execute(async (trx) => {
    await sql`set local enable_seqscan = off`.execute(trx);
    return sql<Record<string, string>>`explain select item_id from baton.store_vector
      where model = ${sql.lit(embedder.model)}
      order by embedding::vector(2) <=> '[1,0]'::vector(2) limit 3`.execute(trx);
  });
  expect(plan.rows.map((row) => row['QUERY PLAN']).join('\n')).toMatch(/Index Scan using store_vector_\w+/);
});
