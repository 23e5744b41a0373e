import { afterAll, beforeAll, expect, test } from 'vitest';
import { readIndex } from '../../../bench/ingest-chaos/read-index.ts';
import {
  changeCollection,
  createCollection,
  deleteCollection,
  listCollections,
  readCollection,
} from '../../../src/knowledge/collections/collections.ts';
import { type Ingest, openIngest, paragraphs } from '../ingest/open-ingest.ts';

let at: Ingest;
beforeAll(async () => {
  at = await openIngest();
});
afterAll(() => at?.close());

test('a collection has what it was made with, and what it says nothing of by default', async () => {
  const made = await createCollection(at.db, { name: 'plain' });
  expect(made).toMatchObject({
    name: 'plain',
    description: '',
    metric: 'cosine',
    chunkTokens: 400,
    overlapTokens: 40,
    webhook: null,
    embedding: null,
    chunks: 0,
    documents: 0,
  });
  const own = await createCollection(at.db, {
    name: 'own_1',
    description: 'Its own.',
    metric: 'l2',
    chunkTokens: 60,
    webhook: 'https://example.com/hook',
  });
  expect(own).toMatchObject({
    metric: 'l2',
    chunkTokens: 60,
    overlapTokens: 30,
    webhook: 'https://example.com/hook',
  });
  expect((await listCollections(at.db)).map(({ name }) => name)).toEqual(['own_1', 'plain']);
});

test('a collection counts its documents and what may be found of them, and tells what embedded it', async () => {
  await at.create('counted', { chunkTokens: 100, overlapTokens: 0 });
  await at.finish(await at.add('counted', 'a', paragraphs(30)));
  await at.add('counted', 'b', 'It waits.');
  const { chunks, documents, embedding } = await readCollection(at.db, 'counted');
  expect(documents).toBe(2);
  expect(chunks).toBeGreaterThan(5);
  expect(embedding).toEqual({ model: 'letters', dimensions: 26 });
});

test.each([
  ['a name with a capital', { name: 'Notes' }, 'name'],
  ['a name that is too long', { name: 'n'.repeat(64) }, 'name'],
  ['a metric that nobody knows', { name: 'n', metric: 'angle' as never }, 'metric'],
  ['chunks that are too short', { name: 'n', chunkTokens: 15 }, 'chunk_tokens'],
  ['an overlap of most of a chunk', { name: 'n', chunkTokens: 100, overlapTokens: 51 }, 'overlap_tokens'],
  ['a webhook that is no address', { name: 'n', webhook: 'ftp://example.com' }, 'webhook'],
  ['a description that cannot be stored', { name: 'n', description: 'a\0' }, 'description'],
])('%s is refused, with where', async (_, collection, where) => {
  await expect(createCollection(at.db, collection)).rejects.toMatchObject({
    code: 'invalid-request',
    issues: [{ path: where }],
  });
});

test('a name is given once', async () => {
  await createCollection(at.db, { name: 'once' });
  await expect(createCollection(at.db, { name: 'once' })).rejects.toMatchObject({ code: 'conflict' });
});

test('changed limits of chunks hold for documents that come again', async () => {
  await at.create('cut', { chunkTokens: 400, overlapTokens: 0 });
  await at.finish(await at.add('cut', 'a', paragraphs(40)));
  const before = (await readCollection(at.db, 'cut')).chunks;
  expect(await changeCollection(at.db, 'cut', { chunkTokens: 50, description: 'Finer.' })).toMatchObject({
    chunkTokens: 50,
    overlapTokens: 0,
    description: 'Finer.',
    chunks: before,
  });
  const again = await at.add('cut', 'a', paragraphs(40));
  expect(again.outcome).toBe('changed');
  await at.finish(again);
  expect((await readCollection(at.db, 'cut')).chunks).toBeGreaterThan(3 * before);
  await expect(changeCollection(at.db, 'nowhere', {})).rejects.toMatchObject({ code: 'not-found' });
});

test('a collection goes with all that is in it, and what is being made for it ends', async () => {
  await at.create('doomed', { chunkTokens: 50, overlapTokens: 0 });
  for (let n = 0; n < 60; n++)
    await at.finish(await at.add('doomed', `doc ${n}`, paragraphs(2, `ship ${n}`)));
  const waiting = await at.add('doomed', 'waiting', paragraphs(3));
  await deleteCollection(at.db, 'doomed');
  await at.finish({ ...waiting }).catch(() => undefined); // its version is gone, and so is what there was to finish
  await expect(readCollection(at.db, 'doomed')).rejects.toMatchObject({ code: 'not-found' });
  const index = await readIndex(at.db);
  expect(index.vectors.concat(index.chunks).filter((line) => line.includes('doc 1'))).toEqual([]);
  expect(index.leftovers).toEqual([]);
  const events = await at.db
    .selectFrom('baton.domain_event')
    .select('type')
    .where('collection', '=', 'doomed')
    .orderBy('written')
    .execute();
  expect(events.at(0)?.type).toBe('collection-created');
  expect(events.at(-1)?.type).toBe('collection-deleted');
  await expect(deleteCollection(at.db, 'doomed')).rejects.toMatchObject({ code: 'not-found' });
});
