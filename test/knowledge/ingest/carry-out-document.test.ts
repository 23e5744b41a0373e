import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { checkIndex, readIndex } from '../../../bench/ingest-chaos/read-index.ts';
import { carryOutDocument } from '../../../src/knowledge/ingest/carry-out-document.ts';
import {
  changeDocument,
  deleteDocument,
  retryDocument,
} from '../../../src/knowledge/ingest/change-document.ts';
import { failDocument } from '../../../src/knowledge/ingest/fail-document.ts';
import { listVersions, readChunks, readDocument } from '../../../src/knowledge/ingest/read-documents.ts';
import { ModelError } from '../../../src/model/chat-model.ts';
import { countEmbedder, type Ingest, openIngest, paragraphs } from './open-ingest.ts';

let at: Ingest;
let collection = '';
let made = 0;
beforeAll(async () => {
  at = await openIngest();
});
afterAll(() => at?.close());
beforeEach(async () => {
  collection = `c${made++}`;
  await at.create(collection, { chunkTokens: 100, overlapTokens: 0 });
});

const eventsOf = (documentId: string) =>
  at.db
    .selectFrom('baton.domain_event')
    .select(['type', 'data'])
    .where('document_id', '=', documentId)
    .orderBy('written')
    .execute();

async function knowledgeVersion(): Promise<number> {
  const found = await at.db.selectFrom('baton.knowledge_version').select('version').executeTakeFirst();
  return found?.version ?? 0;
}

/** An embedder that fails when the condition says so, and else counts letters. */
function failing(when: (asked: number, texts: string[]) => Error | undefined) {
  const inner = countEmbedder();
  let asked = 0;
  return {
    ...inner,
    embed(texts: string[], signal?: AbortSignal) {
      const error = when(asked++, texts);
      if (error) return Promise.reject(error);
      return inner.embed(texts, signal);
    },
  };
}

test('a document that cannot be read has failed with the reason; what served before goes on serving', async () => {
  const first = await at.add(collection, 'report', 'At first it is plain text.');
  await at.finish(first);
  const version = await knowledgeVersion();
  const second = await at.add(collection, 'report', '%PDF-1.7\nand nothing more');
  await at.finish(second);
  expect(await readDocument(at.db, second.document.id)).toMatchObject({
    status: 'failed',
    version: 1,
    error: { code: 'corrupt', message: expect.stringContaining('damaged') },
  });
  expect((await readChunks(at.db, first.document.id)).chunks[0]?.text).toContain('plain text');
  expect((await eventsOf(first.document.id)).at(-1)).toMatchObject({
    type: 'document-failed',
    data: { key: 'report', version: 2, code: 'corrupt' },
  });
  expect(await knowledgeVersion()).toBe(version);
  expect((await at.add(collection, 'report', '%PDF-1.7\nand nothing more')).outcome).toBe('unchanged');
  const third = await retryDocument(at, first.document.id);
  expect(third).toMatchObject({ status: 'waiting' });
  await at.finish(second);
  expect(await readDocument(at.db, first.document.id)).toMatchObject({ status: 'failed' });
  const good = await at.add(collection, 'report', 'It is plain text again.');
  await at.finish(good);
  expect(await readDocument(at.db, first.document.id)).toMatchObject({ status: 'ready', version: 3 });
  await expect(retryDocument(at, first.document.id)).rejects.toMatchObject({ code: 'conflict' });
  expect(await checkIndex(at.db)).toEqual([]);
});

test('an embedding that breaks off goes on where it was, and no text is embedded twice', async () => {
  const added = await at.add(collection, 'long.txt', paragraphs(300));
  const broken = failing((asked) => (asked === 1 ? new ModelError('unavailable', 'It is away.') : undefined));
  await expect(at.finish(added, { embedder: broken })).rejects.toThrow('It is away.');
  expect(await readDocument(at.db, added.document.id)).toMatchObject({ status: 'embedding' });
  const rest = countEmbedder();
  await at.finish(added, { embedder: rest });
  const { chunks } = await readDocument(at.db, added.document.id);
  const texts = [...broken.asked.flat(), ...rest.asked.flat()];
  expect(texts.length).toBe(chunks);
  expect(new Set(texts).size).toBe(chunks);
  expect(rest.asked.every((batch) => batch.length <= 64)).toBe(true);
  expect(await checkIndex(at.db)).toEqual([]);
});

test('a batch that the provider refuses is asked for in halves, and a text that it refuses by its beginning', async () => {
  const added = await at.add(collection, 'wide.txt', paragraphs(60));
  const embedder = failing((_, texts) =>
    texts.length > 5 || texts.some((text) => text.length > 300)
      ? new ModelError('rejected', 'Too much.')
      : undefined,
  );
  await at.finish(added, { embedder });
  expect(await readDocument(at.db, added.document.id)).toMatchObject({ status: 'ready' });
  expect(Math.max(...embedder.asked.map((batch) => batch.length))).toBeLessThanOrEqual(5);
});

test('a key that is refused is not asked for in halves', async () => {
  const added = await at.add(collection, 'keyless.txt', paragraphs(10));
  let asked = 0;
  const refused = new ModelError('rejected', 'Check its key.', { cause: { status: 401 } });
  const embedder = failing(() => {
    asked += 1;
    return refused;
  });
  await expect(at.finish(added, { embedder })).rejects.toBe(refused);
  expect(asked).toBe(1);
});

test('what a new version has in common with the old one is not embedded again', async () => {
  await at.finish(await at.add(collection, 'grows.txt', paragraphs(40)));
  const embedder = countEmbedder();
  const second = await at.add(collection, 'grows.txt', `${paragraphs(40)}\n\n${paragraphs(6, 'harbour')}`);
  await at.finish(second, { embedder });
  const { chunks } = await readDocument(at.db, second.document.id);
  expect(embedder.asked.flat().length).toBeLessThan((chunks ?? 0) / 3);
  expect(embedder.asked.flat().length).toBeGreaterThan(0);
});

test('a document that is deleted while it is worked off is gone, with all that was made of it', async () => {
  const added = await at.add(collection, 'gone.txt', paragraphs(200));
  const embedder = countEmbedder();
  const deleting = {
    ...embedder,
    async embed(texts: string[]) {
      await deleteDocument(at.db, added.document.id).catch(() => undefined); // the second time it is gone
      return embedder.embed(texts);
    },
  };
  await at.finish(added, { embedder: deleting });
  await expect(readDocument(at.db, added.document.id)).rejects.toMatchObject({ code: 'not-found' });
  const index = await readIndex(at.db);
  expect(index.vectors.filter((line) => line.includes('gone.txt'))).toEqual([]);
  expect((await eventsOf(added.document.id)).map(({ type }) => type)).toEqual([
    'document-added',
    'document-deleted',
  ]);
  expect(await checkIndex(at.db)).toEqual([]);
});

test('a version that is replaced while it is worked off never serves', async () => {
  const first = await at.add(collection, 'late.txt', paragraphs(150));
  const embedder = countEmbedder();
  const replacing = {
    ...embedder,
    async embed(texts: string[]) {
      await at.add(collection, 'late.txt', 'Another text.');
      return embedder.embed(texts);
    },
  };
  await carryOutDocument({ ...at, embedder: replacing }, { documentId: first.document.id, version: 1 });
  expect(await readDocument(at.db, first.document.id)).toMatchObject({ status: 'waiting', version: null });
  await at.finish(first);
  expect((await listVersions(at.db, first.document.id)).versions).toMatchObject([
    { version: 2, status: 'ready' },
    { version: 1, status: 'replaced' },
  ]);
  expect(await checkIndex(at.db)).toEqual([]);
});

test('a document that is begun again and again and never ended is given up, whatever it does to whoever begins it', async () => {
  const added = await at.add(collection, 'poison.txt', 'It takes along whoever embeds it.');
  const begun = () =>
    at.db
      .selectFrom('baton.document_version')
      .select('begun')
      .where('document_id', '=', added.document.id)
      .executeTakeFirstOrThrow();
  // As of a process that dies in the middle: nothing of it is heard again.
  const dyingReaders = { ...at.readers, readChunks: () => new Promise<never>(() => undefined) };
  for (let died = 1; died <= 10; died++) {
    void at.finish(added, { readers: dyingReaders });
    await vi.waitFor(async () => expect(await begun()).toEqual({ begun: died }));
  }
  await at.finish(added);
  expect(await readDocument(at.db, added.document.id)).toMatchObject({
    status: 'failed',
    error: { code: 'internal', message: expect.stringContaining('begun 10 times') },
  });
  await retryDocument(at, added.document.id);
  // What was read is a step forward; then it is counted anew.
  const dyingEmbedder = { ...at.embedder, embed: () => new Promise<never>(() => undefined) };
  void at.finish(added, { embedder: dyingEmbedder });
  await vi.waitFor(async () =>
    expect(await readDocument(at.db, added.document.id)).toMatchObject({ status: 'embedding' }),
  );
  expect(await begun()).toEqual({ begun: 0 });
  for (let died = 1; died <= 10; died++) {
    void at.finish(added, { embedder: dyingEmbedder });
    await vi.waitFor(async () => expect(await begun()).toEqual({ begun: died }));
  }
  await at.finish(added);
  expect(await readDocument(at.db, added.document.id)).toMatchObject({ error: { code: 'internal' } });
  await retryDocument(at, added.document.id);
  await at.finish(added);
  expect(await readDocument(at.db, added.document.id)).toMatchObject({ status: 'ready' });
  expect(await begun()).toEqual({ begun: 0 });
}, 60_000);

test('tries that end, however they do, are not counted among those that did not', async () => {
  const added = await at.add(collection, 'patient.txt', 'Its embedder is away for long.');
  const away = failing(() => new ModelError('unavailable', 'It is away.'));
  for (let tried = 0; tried < 15; tried++)
    await expect(at.finish(added, { embedder: away })).rejects.toThrow('It is away.');
  await at.finish(added);
  expect(await readDocument(at.db, added.document.id)).toMatchObject({ status: 'ready' });
});

test('two that carry out the same job at once end in one right index', async () => {
  const added = await at.add(collection, 'twice.txt', paragraphs(150));
  await Promise.all([at.finish(added), at.finish(added), at.finish(added)]);
  const { chunks } = await readDocument(at.db, added.document.id);
  const index = await readIndex(at.db);
  expect(index.chunks.filter((line) => line.includes('twice.txt'))).toHaveLength(chunks ?? 0);
  expect(index.vectors.filter((line) => line.includes('twice.txt'))).toHaveLength(chunks ?? 0);
  expect((await eventsOf(added.document.id)).filter(({ type }) => type === 'document-ready')).toHaveLength(1);
  expect(await checkIndex(at.db)).toEqual([]);
});

test('who is told to end ends, and another goes on', async () => {
  const added = await at.add(collection, 'paused.txt', paragraphs(200));
  const ending = new AbortController();
  const embedder = countEmbedder();
  const slow = {
    ...embedder,
    async embed(texts: string[]) {
      ending.abort(new Error('the process ends'));
      return embedder.embed(texts);
    },
  };
  const context = { ...at, embedder: slow, signal: ending.signal };
  await expect(carryOutDocument(context, { documentId: added.document.id, version: 1 })).rejects.toThrow(
    'the process ends',
  );
  await at.finish(added);
  expect(await readDocument(at.db, added.document.id)).toMatchObject({ status: 'ready' });
});

test('what could not be embedded has failed, and goes on from its chunks when it is tried again', async () => {
  const added = await at.add(collection, 'unlucky.txt', 'A few words.');
  const away = failing(() => new ModelError('unavailable', 'It is away.'));
  await expect(at.finish(added, { embedder: away })).rejects.toThrow();
  await failDocument(at.db, await at.newestVersion(added.document.id), {
    code: 'not-embedded',
    message: 'It is away.',
  });
  expect(await retryDocument(at, added.document.id)).toMatchObject({ status: 'embedding' });
  await at.finish(added);
  expect(await readDocument(at.db, added.document.id)).toMatchObject({ status: 'ready' });
});

test('another title is found at once, and embedded in the background', async () => {
  const added = await at.add(collection, 'named.md', '# Old name\n\nThe words below.');
  await at.finish(added);
  const termsOf = async () =>
    (
      await at.db
        .selectFrom('baton.posting')
        .select('term')
        .innerJoin('baton.chunk', 'baton.chunk.chunk_no', 'baton.posting.chunk_no')
        .where('document_id', '=', added.document.id)
        .execute()
    ).map(({ term }) => term);
  const before = await knowledgeVersion();
  await changeDocument(at, added.document.id, { title: 'Zanzibar' });
  expect((await termsOf()).some((term) => term.includes('zanzibar'))).toBe(true);
  expect(await knowledgeVersion()).toBeGreaterThan(before);
  const embedder = countEmbedder();
  await at.finish(added, { embedder });
  expect(embedder.asked.flat()).toEqual([expect.stringMatching(/^Zanzibar > /)]);
  await changeDocument(at, added.document.id, { title: null });
  expect((await readDocument(at.db, added.document.id)).title).toBe('Old name');
  expect((await termsOf()).some((term) => term.includes('zanzibar'))).toBe(false);
  expect(await checkIndex(at.db)).toEqual([]);
});

test('a document that is withdrawn is not found, and is when it is published again', async () => {
  const added = await at.add(collection, 'shy.txt', 'Some quiet words.', { publish: 'draft' });
  await at.finish(added);
  const postings = async () =>
    (await readIndex(at.db)).postings.filter((line) => line.includes('shy.txt')).length;
  expect(await postings()).toBe(0);
  const before = await knowledgeVersion();
  await changeDocument(at, added.document.id, { publish: 'published' });
  expect(await postings()).toBeGreaterThan(0);
  expect(await knowledgeVersion()).toBe(before + 1);
  await changeDocument(at, added.document.id, { publish: 'archived' });
  expect(await postings()).toBe(0);
  await changeDocument(at, added.document.id, { publish: 'archived', tags: ['still'] });
  expect(await knowledgeVersion()).toBe(before + 2);
  expect((await eventsOf(added.document.id)).map(({ type }) => type)).toEqual([
    'document-added',
    'document-ready',
    'document-published',
    'document-withdrawn',
  ]);
});

test('words that no index could hold do no harm', async () => {
  const long = Array.from({ length: 6_000 }, (_, n) => String.fromCharCode(97 + ((n * n) % 26))).join('');
  const added = await at.add(
    collection,
    'odd.txt',
    `Before ${long} after \u{10FFFF} ${'é'.repeat(4_000)} ${'語'.repeat(3_000)}`,
  );
  await at.finish(added);
  expect(await readDocument(at.db, added.document.id)).toMatchObject({ status: 'ready' });
  expect(await checkIndex(at.db)).toEqual([]);
});

test('progress is written while a document is read and embedded, and seldom', async () => {
  const file = path.resolve(import.meta.dirname, '../../../docs/running.md');
  const added = await at.add(collection, 'watched.md', await readFile(file));
  const seen: string[] = [];
  const embedder = countEmbedder();
  const watching = {
    ...embedder,
    async embed(texts: string[]) {
      const { status, progress } = await readDocument(at.db, added.document.id);
      seen.push(`${status} of ${progress.total > 0}`);
      return embedder.embed(texts);
    },
  };
  await at.finish(added, { embedder: watching });
  expect(seen[0]).toBe('embedding of true');
  const { progress, chunks } = await readDocument(at.db, added.document.id);
  expect(progress).toEqual({ done: chunks, total: chunks });
});
