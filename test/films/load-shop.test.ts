import { type Kysely, sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Schema } from '../../src/db/schema.ts';
import { embedFilms } from '../../src/films/embed-films.ts';
import { generateShop } from '../../src/films/generate-shop.ts';
import { ensureShop, loadShop } from '../../src/films/load-shop.ts';
import { replaceShop } from '../../src/films/replace-shop.ts';
import type { Embedder } from '../../src/model/embedder.ts';
import { createLocalEmbedder } from '../../src/model/local-embedder.ts';
import { makeTestDatabase, type TestDatabase } from '../support/test-database.ts';

let made: TestDatabase;
let db: Kysely<Schema>;

beforeAll(async () => {
  made = await makeTestDatabase();
  db = made.database.db;
});
afterAll(() => made.drop());
beforeEach(() => db.transaction().execute((trx) => replaceShop(trx, async () => undefined)));

/** Two dimensions, and a record of what was asked. */
function countingEmbedder(model: string): Embedder & { asked: string[] } {
  const asked: string[] = [];
  return {
    model,
    dimensions: 2,
    asked,
    embed: async (texts) => {
      asked.push(...texts);
      return texts.map((text) => (text.length % 2 ? [1, 0] : [0, 1]));
    },
  };
}

test('the first start loads the shop and its vectors, and the next one finds them', async () => {
  const heard: string[] = [];
  const onProgress = (done: number, total: number, what: string) => heard.push(`${done}/${total} ${what}`);
  expect(await ensureShop(db, createLocalEmbedder(), { onProgress })).toBe(true);
  expect(heard).toContain('15/15 payment');
  expect(heard.at(-1)).toBe('300/300 film descriptions embedded');
  const counts = await sql`
    select (select count(*) from films.film) as films, (select count(*) from films.rental) as rentals,
      (select count(*) from films.film_embedding) as vectors`.execute(db);
  expect(counts.rows).toEqual([{ films: 300, rentals: generateShop().rental.length, vectors: 300 }]);
  heard.length = 0;
  expect(await ensureShop(db, createLocalEmbedder(), { onProgress })).toBe(false);
  expect(heard).toEqual([]);
});

test('two starts at once load the shop once', async () => {
  const starts = [ensureShop(db, createLocalEmbedder()), ensureShop(db, createLocalEmbedder())];
  expect((await Promise.all(starts)).toSorted()).toEqual([false, true]);
  const { rows } = await sql`select count(*) as films from films.film`.execute(db);
  expect(rows).toEqual([{ films: 300 }]);
});

test('a load that fails halfway leaves the shop as it was', async () => {
  const shop = generateShop();
  await loadShop(db, shop);
  const broken = { ...shop, payment: [...shop.payment, { ...shop.payment[0], rental_id: 999_999 }] };
  await expect(loadShop(db, broken as typeof shop)).rejects.toThrow(); // the row lacks nothing but its rental
  const { rows } = await sql`select count(*) as payments from films.payment`.execute(db);
  expect(rows).toEqual([{ payments: shop.payment.length }]);
});

test('a new row gets the number after the last', async () => {
  await loadShop(db, generateShop());
  const row = { first_name: 'New', last_name: 'Actor' };
  const { actor_id } = await db
    .insertInto('films.actor')
    .values(row)
    .returning('actor_id')
    .executeTakeFirstOrThrow();
  expect(actor_id).toBe(101);
});

test('another model embeds every film again, and the first one only what it lacks', async () => {
  await loadShop(db, generateShop());
  const first = countingEmbedder('first');
  expect(await embedFilms(db, first)).toBe(300);
  expect(first.asked[0]).toContain(generateShop().film[0]?.title);
  expect(await embedFilms(db, countingEmbedder('second'))).toBe(300);
  await sql`delete from films.film_embedding where model = 'first' and film_id in (3, 200)`.execute(db);
  expect(await embedFilms(db, countingEmbedder('first'))).toBe(2);
});

test('what is embedded holds title, description, category and actors', async () => {
  const shop = generateShop();
  await loadShop(db, shop);
  const embedder = countingEmbedder('text');
  await embedFilms(db, embedder);
  const [film] = shop.film;
  const category = shop.category.find(
    ({ category_id }) => category_id === shop.film_category.find(({ film_id }) => film_id === 1)?.category_id,
  );
  const actor = shop.actor.find(
    ({ actor_id }) => actor_id === shop.film_actor.find(({ film_id }) => film_id === 1)?.actor_id,
  );
  const text = embedder.asked[0];
  expect(text?.startsWith(`${film?.title}\n${film?.description}\n${category?.name}\n`)).toBe(true);
  expect(text).toContain(`${actor?.first_name} ${actor?.last_name}`);
});

test('an embedding that was cancelled keeps its batches and goes on from there', async () => {
  await loadShop(db, generateShop());
  const controller = new AbortController();
  const embedder = createLocalEmbedder();
  const cancelled = embedFilms(db, embedder, {
    signal: controller.signal,
    onProgress: () => controller.abort(new Error('stopped')),
  });
  await expect(cancelled).rejects.toThrow('stopped');
  expect(await embedFilms(db, embedder)).toBe(200);
});

test('an index by model serves the search of vectors', async () => {
  await loadShop(db, generateShop());
  await embedFilms(db, countingEmbedder('two'));
  await sql`
    create index on films.film_embedding using hnsw ((embedding::vector(2)) vector_cosine_ops)
    where model = 'two'`.execute(db);
  const plan = await db.transaction().execute(async (trx) => {
    await sql`set local enable_seqscan = off`.execute(trx);
    return sql<Record<string, string>>`
      explain select film_id from films.film_embedding where model = 'two'
      order by embedding::vector(2) <=> '[1,0]'::vector(2) limit 5`.execute(trx);
  });
  expect(plan.rows.map((row) => row['QUERY PLAN']).join('\n')).toContain('embedding_idx');
});
