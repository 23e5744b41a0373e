import fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bm25Chunks, bm25Query } from '../../../src/knowledge/search/bm25-chunks.ts';
import { inTenant, localTenant } from '../../../src/tenancy.ts';
import { runsOf, seedOf } from '../../support/property-runs.ts';
import { makeTestDatabase, type TestDatabase } from '../../support/test-database.ts';

let made: TestDatabase;
beforeAll(async () => {
  made = await makeTestDatabase();
});
afterAll(() => made.drop());

interface Weighed {
  terms: Map<string, number>;
  words: number;
}

/** Collections of chunks, as what was said of them makes them: postings alone, since nothing else is read. */
async function putPostings(
  collections: Weighed[][],
): Promise<{ numbers: number[]; chunks: Map<number, Weighed> }> {
  const { db } = made.database;
  const chunks = new Map<number, Weighed>();
  const numbers: number[] = [];
  for (const collection of collections) {
    const words = collection.reduce((sum, chunk) => sum + chunk.words, 0);
    const { collection_no } = await db
      .insertInto('baton.collection')
      .values({
        collection: `c${crypto.randomUUID()}`,
        chunk_tokens: 400,
        overlap_tokens: 0,
        webhook: null,
        space_no: null,
        chunks: collection.length,
        words,
      })
      .returning('collection_no')
      .executeTakeFirstOrThrow();
    numbers.push(collection_no);
    const rows = collection.flatMap((chunk) => {
      const chunk_no = chunks.size + 1;
      chunks.set(chunk_no, chunk);
      return [...chunk.terms].map(([term, count]) => ({
        collection_no,
        chunk_no,
        term,
        count,
        words: chunk.words,
      }));
    });
    if (rows.length > 0) await db.insertInto('baton.posting').values(rows).execute();
  }
  return { numbers, chunks };
}

/** BM25 as the book has it, over all chunks one by one. */
function plainBm25(chunks: Map<number, Weighed>, words: string[][]): Map<number, number> {
  const average = [...chunks.values()].reduce((sum, chunk) => sum + chunk.words, 0) / chunks.size;
  const scores = new Map<number, number>();
  for (const variants of words) {
    const frequency = (chunk: Weighed) => Math.max(0, ...variants.map((term) => chunk.terms.get(term) ?? 0));
    const having = [...chunks].filter(([, chunk]) => frequency(chunk) > 0);
    const idf = Math.log(1 + (chunks.size - having.length + 0.5) / (having.length + 0.5));
    for (const [number, chunk] of having) {
      const tf = frequency(chunk);
      const part = (idf * tf * 2.2) / (tf + 1.2 * (0.25 + (0.75 * chunk.words) / average));
      scores.set(number, (scores.get(number) ?? 0) + part);
    }
  }
  return scores;
}

const term = fc.constantFrom('a', 'b', 'c', 'd', 'é', '北京');
const chunk = fc
  .dictionary(term, fc.integer({ min: 1, max: 9 }), { minKeys: 1 })
  .map((terms) => new Map(Object.entries(terms)))
  .map((terms) => ({ terms, words: [...terms.values()].reduce((sum, count) => sum + count, 0) }));
const query = fc
  .uniqueArray(term, { minLength: 1 })
  .chain((terms) => fc.shuffledSubarray(terms, { minLength: 1 }))
  .chain((terms) =>
    fc
      .nat({ max: terms.length })
      .map((cut) => [terms.slice(0, cut), ...terms.slice(cut).map((one) => [one])]),
  )
  .map((words) => words.filter(({ length }) => length > 0));

test('the database scores as BM25 does', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(chunk, { minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 2 }),
      query,
      async (collections, words) => {
        await made.database.db.deleteFrom('baton.posting').execute();
        const { numbers, chunks } = await putPostings(collections);
        const found = await inTenant(localTenant, () =>
          bm25Chunks(made.database.db, numbers, words, { limit: 100 }),
        );
        const expected = plainBm25(chunks, words);
        expect(new Set(found.map(({ chunk_no }) => chunk_no))).toEqual(new Set(expected.keys()));
        for (const { chunk_no, score } of found)
          expect(score).toBeCloseTo(expected.get(chunk_no) ?? Number.NaN, 9);
        const order = found.map(({ chunk_no, score }) => [-score, chunk_no]);
        expect(order).toEqual(order.toSorted(([a = 0, b = 0], [c = 0, d = 0]) => a - c || b - d));
      },
    ),
    { numRuns: runsOf(40), seed: seedOf(1) },
  );
}, 120_000);

test('no more are found than are asked for, and nothing of no words or no collections', async () => {
  const { db } = made.database;
  const one = { terms: new Map([['limited', 1]]), words: 1 };
  await db.deleteFrom('baton.posting').execute();
  const { numbers } = await putPostings([[one, one, one]]);
  expect(
    (await bm25Chunks(db, numbers, [['limited']], { limit: 2 })).map(({ chunk_no }) => chunk_no),
  ).toEqual([1, 2]);
  expect(await bm25Chunks(db, numbers, [], { limit: 2 })).toEqual([]);
  expect(await bm25Chunks(db, [], [['limited']], { limit: 2 })).toEqual([]);
});

test('under row-level security only the postings of the words are read, by the primary key', async () => {
  const { db } = made.database;
  await db.deleteFrom('baton.posting').execute();
  const { numbers } = await putPostings([[{ terms: new Map([['a', 1]]), words: 1 }]]);
  await sql`
    insert into baton.posting (collection_no, term, chunk_no, count, words)
    select ${numbers[0]}, 'term' || term, chunk, 1, 50
    from generate_series(1, 500) term, generate_series(1, 100) chunk`.execute(db);
  const words = [['term7', 'term8'], ['term9'], ['nowhere']];
  for (const statistics of [false, true]) {
    if (statistics) await sql`analyze baton.posting`.execute(db);
    const plan = await inTenant(localTenant, () =>
      sql<{ 'QUERY PLAN': string }>`explain ${bm25Query(numbers, words, { limit: 10 })}`.execute(db),
    );
    const lines = plan.rows.map((row) => row['QUERY PLAN']).join('\n');
    expect(lines).toMatch(/Index (Only )?Scan (using|on) posting_pkey/);
    expect(lines).toMatch(/Index Cond: .*tenant_id.*collection_no.*term = asked\.term/);
    expect(lines).not.toMatch(/Seq Scan on posting/);
  }
});
