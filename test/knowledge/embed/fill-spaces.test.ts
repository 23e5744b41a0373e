import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { readIndex } from '../../../bench/ingest-chaos/read-index.ts';
import { readCollection } from '../../../src/knowledge/collections/collections.ts';
import { dropOldSpaces } from '../../../src/knowledge/embed/drop-spaces.ts';
import { type FillContext, fillSpaces } from '../../../src/knowledge/embed/fill-spaces.ts';
import { readDocument } from '../../../src/knowledge/ingest/read-documents.ts';
import { ModelError } from '../../../src/model/chat-model.ts';
import { countEmbedder, type Ingest, openIngest, paragraphs } from '../ingest/open-ingest.ts';

let at: Ingest;
let collection = '';
let made = 0;
beforeAll(async () => {
  at = await openIngest();
});
afterAll(() => at?.close());
beforeEach(async () => {
  collection = `e${made++}`;
  await at.create(collection, { chunkTokens: 80, overlapTokens: 0 });
  for (const key of ['one', 'two', 'three'])
    await at.finish(await at.add(collection, key, paragraphs(20, key)));
});

/** As a process that begins now with another config. */
function fill(embedder: FillContext['embedder'], more: Partial<FillContext> = {}): Promise<void> {
  const { db, log } = at;
  return fillSpaces({
    db,
    log,
    embedder,
    since: new Date(Date.now() + 1_000),
    signal: new AbortController().signal,
    ...more,
  });
}

async function vectorsOf(model: string): Promise<number> {
  const { vectors } = await readIndex(at.db);
  const keys = ['one', 'two', 'three', 'late'].map((key) => `["${key}"`);
  return vectors.filter((line) => line.includes(`"${model}"`) && keys.some((key) => line.startsWith(key)))
    .length;
}

async function knowledgeVersion(): Promise<number> {
  return (await at.db.selectFrom('baton.knowledge_version').select('version').executeTakeFirstOrThrow())
    .version;
}

test('another model fills a space beside the one that serves, and then takes its place', async () => {
  const model = 'letters-of-31';
  const before = await readCollection(at.db, collection);
  const version = await knowledgeVersion();
  const seen: unknown[] = [];
  const inner = countEmbedder(model, 31);
  const watching = {
    ...inner,
    async embed(texts: string[]) {
      const { embedding } = await readCollection(at.db, collection);
      if (embedding?.building) seen.push(embedding);
      return inner.embed(texts);
    },
  };
  await fill(watching);
  expect(seen[0]).toEqual({
    model: 'letters',
    dimensions: 26,
    building: { model, dimensions: 31, done: 0, total: 3 },
  });
  const after = await readCollection(at.db, collection);
  expect(after.embedding).toEqual({ model, dimensions: 31 });
  expect(await knowledgeVersion()).toBeGreaterThan(version);
  expect(await vectorsOf('letters')).toBe(0);
  const events = await at.db
    .selectFrom('baton.domain_event')
    .select('data')
    .where('type', '=', 'collection-reembedded')
    .where('collection', '=', collection)
    .execute();
  expect(events).toEqual([{ data: { model, dimensions: 31 } }]);
  const own = inner.asked.flat().filter((text, at, all) => all.indexOf(text) === at);
  expect(own.length).toBeGreaterThanOrEqual(before.chunks);
});

test('filling that breaks off goes on where it was, while the old space serves', async () => {
  const model = 'letters-of-32';
  const inner = countEmbedder(model, 32);
  let asked = 0;
  const breaking = {
    ...inner,
    embed: (texts: string[]) => {
      asked += 1;
      return asked > 2 ? Promise.reject(new ModelError('unavailable', 'It is away.')) : inner.embed(texts);
    },
  };
  await expect(fill(breaking)).rejects.toThrow('It is away.');
  expect((await readCollection(at.db, collection)).embedding?.model).not.toBe(model);
  const rest = countEmbedder(model, 32);
  await fill(rest);
  expect((await readCollection(at.db, collection)).embedding).toEqual({ model, dimensions: 32 });
  const texts = [...inner.asked.flat(), ...rest.asked.flat()];
  expect(new Set(texts).size).toBeGreaterThan(0);
  expect(texts.length).toBe(await countVectors(model));
});

async function countVectors(model: string): Promise<number> {
  return (await readIndex(at.db)).vectors.filter((line) => line.includes(`"${model}"`)).length;
}

test('several that fill at once do it once', async () => {
  const model = 'letters-of-33';
  const embedders = [1, 2, 3].map(() => countEmbedder(model, 33));
  await Promise.all(embedders.map((embedder) => fill(embedder)));
  expect((await readCollection(at.db, collection)).embedding).toEqual({ model, dimensions: 33 });
  const { chunks } = await readCollection(at.db, collection);
  expect(await vectorsOf(model)).toBeGreaterThanOrEqual(chunks);
});

test('a document that comes while a space is filled is in it, and lacks nothing when it serves', async () => {
  const model = 'letters-of-34';
  const inner = countEmbedder(model, 34);
  let isAdded = false;
  const adding = {
    ...inner,
    async embed(texts: string[]) {
      if (!isAdded) {
        isAdded = true;
        await at.finish(await at.add(collection, 'late', paragraphs(10, 'late')), {
          embedder: countEmbedder(),
        });
        await at.finish(await at.add(collection, 'later', paragraphs(10, 'later')), { embedder: inner });
      }
      return inner.embed(texts);
    },
  };
  await fill(adding);
  await fill(adding);
  const { embedding, chunks, documents } = await readCollection(at.db, collection);
  expect([embedding, documents]).toEqual([{ model, dimensions: 34 }, 5]);
  const { rows } = { rows: await readIndex(at.db) };
  expect(chunks).toBeGreaterThan(0);
  expect(rows.leftovers).toEqual([]);
  const lacking = await at.db
    .selectFrom('baton.chunk')
    .innerJoin('baton.collection', 'baton.collection.collection_no', 'baton.chunk.collection_no')
    .select('baton.chunk.chunk_no')
    .where('collection', '=', collection)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('baton.chunk_vector')
            .select('baton.chunk_vector.chunk_no')
            .whereRef('baton.chunk_vector.chunk_no', '=', 'baton.chunk.chunk_no')
            .whereRef('baton.chunk_vector.space_no', '=', 'baton.collection.space_no'),
        ),
      ),
    )
    .execute();
  expect(lacking).toEqual([]);
});

test('a process that began before a space was made leaves it to those with the newer config', async () => {
  await fill(countEmbedder('letters-of-35', 35));
  const old = countEmbedder('letters-of-36', 36);
  await fill(old, { since: new Date(Date.now() - 3_600_000) });
  expect(old.asked).toEqual([]);
  expect((await readCollection(at.db, collection)).embedding?.model).toBe('letters-of-35');
});

test('a space that was begun and that nobody fills any more goes after an hour', async () => {
  const other = countEmbedder('letters-of-37', 37);
  const added = await at.add(collection, 'aside', 'A few words.');
  await at.finish(added, { embedder: other });
  expect(await readDocument(at.db, added.document.id)).toMatchObject({ status: 'ready' });
  await dropOldSpaces(at.db);
  expect(await countVectors('letters-of-37')).toBe(1);
  await at.db
    .updateTable('baton.embedding_space')
    .set({ created_at: new Date(Date.now() - 7_200_000) })
    .where('model', '=', 'letters-of-37')
    .execute();
  await dropOldSpaces(at.db);
  expect(await countVectors('letters-of-37')).toBe(0);
});
