import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkIndex, readIndex } from '../../../bench/ingest-chaos/read-index.ts';
import { deleteCollection } from '../../../src/knowledge/collections/collections.ts';
import { changeDocument, deleteDocument } from '../../../src/knowledge/ingest/change-document.ts';
import { findDocument } from '../../../src/knowledge/ingest/read-documents.ts';
import { runsOf, seedOf } from '../../support/property-runs.ts';
import { type Ingest, openIngest, paragraphs } from './open-ingest.ts';

let at: Ingest;
beforeAll(async () => {
  at = await openIngest();
});
afterAll(() => at?.close());

const keys = fc.constantFrom('a', 'b', 'c');
const words = fc.array(fc.constantFrom('tide', 'reef', 'mast', 'keel', 'прилив', '潮'), {
  minLength: 1,
  maxLength: 30,
});
const publish = fc.constantFrom('draft' as const, 'published' as const, 'archived' as const);

const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('add' as const),
      key: keys,
      words,
      publish,
      isFinished: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('publish' as const), key: keys, publish }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('title' as const),
      key: keys,
      title: fc.option(fc.constantFrom('Tide', 'Reef')),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('delete' as const), key: keys }) },
);

test('whatever is added, changed, published, archived and deleted: postings and counters are what the live chunks say', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
      await at.create('sea', { chunkTokens: 16, overlapTokens: 4 });
      for (const what of steps) {
        await take(what);
        expect(await checkIndex(at.db)).toEqual([]);
      }
      await deleteCollection(at.db, 'sea');
      const { chunks, postings, vectors, leftovers } = await readIndex(at.db);
      expect([chunks, postings, vectors, leftovers]).toEqual([[], [], [], []]);
    }),
    { numRuns: runsOf(15), seed: seedOf(6) },
  );
}, 120_000);

test('the same holds when many do all that at once', async () => {
  const of = (length: number) => Array.from({ length }, (_, n) => n);
  await at.create('sea', { chunkTokens: 30, overlapTokens: 0 });
  await at.create('lake');
  const act = async (n: number) => {
    const key = `doc ${n % 7}`;
    const added = await at.add('sea', key, paragraphs(1 + (n % 5), `ship ${n % 3}`));
    await at.finish(added);
    if (n % 4 === 0) await changeDocument(at, added.document.id, { publish: n % 8 ? 'draft' : 'published' });
    if (n % 9 === 0) await deleteDocument(at.db, added.document.id);
    if (n === 20) await deleteCollection(at.db, 'lake');
  };
  // As many at once as the database has connections.
  const lanes = await Promise.all(
    of(5).map(async (lane) => {
      const outcomes: PromiseSettledResult<void>[] = [];
      for (const n of of(8)) outcomes.push(...(await Promise.allSettled([act(lane + 5 * n)])));
      return outcomes;
    }),
  );
  const outcomes = lanes.flat();
  const failed = outcomes.filter((outcome) => outcome.status === 'rejected').map(({ reason }) => reason);
  expect(failed.filter((reason) => !/not-found|conflict/.test(reason.code))).toEqual([]);
  expect(await checkIndex(at.db)).toEqual([]);
  await Promise.all([deleteCollection(at.db, 'sea'), deleteCollection(at.db, 'sea').catch(() => undefined)]); // the other may be the first
  expect((await readIndex(at.db)).chunks).toEqual([]);
}, 60_000);

async function take(what: typeof step extends fc.Arbitrary<infer Step> ? Step : never): Promise<void> {
  if (what.do === 'add') {
    const added = await at.add('sea', what.key, what.words.join(' '), { publish: what.publish });
    if (what.isFinished) await at.finish(added);
    return;
  }
  const found = await findDocument(at.db, 'sea', what.key);
  if (!found) return;
  if (what.do === 'delete') await deleteDocument(at.db, found.id);
  else
    await changeDocument(
      at,
      found.id,
      what.do === 'title' ? { title: what.title } : { publish: what.publish },
    );
}
