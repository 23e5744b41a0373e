import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkIndex } from '../../../bench/ingest-chaos/read-index.ts';
import { createTenant } from '../../../src/db/tenants.ts';
import { carryOutDocument } from '../../../src/knowledge/ingest/carry-out-document.ts';
import { changeDocument, deleteDocument } from '../../../src/knowledge/ingest/change-document.ts';
import {
  listDocuments,
  listVersions,
  readChunks,
  readDocument,
} from '../../../src/knowledge/ingest/read-documents.ts';
import { asService, inTenant } from '../../../src/tenancy.ts';
import { type Ingest, openIngest, paragraphs } from './open-ingest.ts';

let at: Ingest;
beforeAll(async () => {
  at = await openIngest();
  await at.create('notes');
});
afterAll(() => at?.close());

async function count(
  table: 'baton.document_part' | 'baton.document_content' | 'baton.document',
): Promise<number> {
  const { n } = await at.db
    .selectFrom(table)
    .select(({ fn }) => fn.countAll<number>().as('n'))
    .executeTakeFirstOrThrow();
  return n;
}

test('a document that is added waits, and is shown with what is said of it', async () => {
  const { document, outcome } = await at.add('notes', 'a/first.md', '# First\n\nSome words.', {
    name: 'first.md',
    tags: ['x', 'y', 'x'],
    metadata: { team: 'sea' },
    url: 'https://example.com/first',
  });
  expect(outcome).toBe('added');
  expect(document).toMatchObject({
    collection: 'notes',
    key: 'a/first.md',
    status: 'waiting',
    version: null,
    tags: ['x', 'y'],
    metadata: { team: 'sea' },
    publish: 'published',
    bytes: 20,
    contentHash: createHash('sha256').update('# First\n\nSome words.').digest('hex'),
  });
  await at.finish({ document, outcome });
  expect(await readDocument(at.db, document.id)).toMatchObject({
    status: 'ready',
    version: 1,
    title: 'First',
    kind: 'markdown',
    chunks: 1,
    progress: { done: 1, total: 1 },
  });
  const { chunks } = await readChunks(at.db, document.id);
  expect(chunks).toMatchObject([
    { position: 0, text: expect.stringContaining('Some words.'), title: 'First' },
  ]);
  expect(chunks[0]?.id).toBe(`p-${chunks[0]?.chunkId.slice(0, 10)}`);
});

test('the same content is unchanged, and what is said of it changes with it', async () => {
  const first = await at.add('notes', 'same.txt', 'The same words.');
  expect((await at.add('notes', 'same.txt', 'The same words.')).outcome).toBe('unchanged');
  await at.finish(first);
  const again = await at.add('notes', 'same.txt', 'The same words.', { tags: ['new'], publish: 'draft' });
  expect(again).toMatchObject({
    outcome: 'unchanged',
    document: { status: 'ready', tags: ['new'], publish: 'draft' },
  });
  expect((await listVersions(at.db, first.document.id)).versions).toHaveLength(1);
});

test('changed content is a new version, and the old one is read until it is ready', async () => {
  const first = await at.add('notes', 'changing.txt', 'It was so before.');
  await at.finish(first);
  const second = await at.add('notes', 'changing.txt', 'It is so now.');
  expect(second).toMatchObject({
    outcome: 'changed',
    document: { id: first.document.id, version: 1, status: 'waiting' },
  });
  expect((await readChunks(at.db, first.document.id)).chunks[0]?.text).toContain('before');
  await at.finish(second);
  expect((await readChunks(at.db, first.document.id)).chunks.map(({ text }) => text)).toEqual([
    'It is so now.',
  ]);
  expect((await listVersions(at.db, first.document.id)).versions).toMatchObject([
    { version: 2, status: 'ready', serves: true },
    { version: 1, status: 'replaced', serves: false },
  ]);
});

test.each(['archived', 'draft'] as const)(
  'other content that is to be found in the place of what is %s: what was hidden is not found, neither until then nor when it fails',
  async (publish) => {
    const key = `${publish}-price.txt`;
    const live = async () => {
      const rows = await at.db.selectFrom('baton.chunk').select('text').where('live', '=', true).execute();
      return rows.map(({ text }) => text).filter((text) => text.includes('price'));
    };
    await at.finish(await at.add('notes', key, 'The old secret price.', { publish }));
    const broken = await at.add('notes', key, '%PDF-1.7 of the price', { publish: 'published' });
    expect(broken.document).toMatchObject({ publish: 'published', version: null, status: 'waiting' });
    expect(await live()).toEqual([]);
    await at.finish(broken);
    expect(await readDocument(at.db, broken.document.id)).toMatchObject({ status: 'failed', version: null });
    expect(await live()).toEqual([]);
    expect((await readChunks(at.db, broken.document.id)).chunks).toEqual([]);
    await at.finish(await at.add('notes', key, 'The new price.'));
    expect(await live()).toEqual(['The new price.']);
    expect(await checkIndex(at.db)).toEqual([]);
    await deleteDocument(at.db, broken.document.id);
  },
);

test.each(['bringing it again', 'changing it'])(
  'other content of what is hidden, published by %s: what was hidden is not found',
  async (way) => {
    const key = `${way}.txt`;
    await at.finish(await at.add('notes', key, 'An old secret.', { publish: 'draft' }));
    const second = await at.add('notes', key, 'No secret any more.');
    expect(second.document).toMatchObject({ publish: 'draft', version: 1 });
    if (way === 'changing it') await changeDocument(at, second.document.id, { publish: 'published' });
    else
      expect((await at.add('notes', key, 'No secret any more.', { publish: 'published' })).outcome).toBe(
        'unchanged',
      );
    expect(await readDocument(at.db, second.document.id)).toMatchObject({
      publish: 'published',
      version: null,
    });
    const live = at.db
      .selectFrom('baton.chunk')
      .select('text')
      .where('live', '=', true)
      .where('text', 'like', '%secret%');
    expect(await live.execute()).toEqual([]);
    await at.finish(second);
    expect(await live.execute()).toEqual([{ text: 'No secret any more.' }]);
    expect(await checkIndex(at.db)).toEqual([]);
    await deleteDocument(at.db, second.document.id);
  },
);

test('the same content of what was hidden may be found again at once', async () => {
  const first = await at.add('notes', 'again.txt', 'As it was.', { publish: 'archived' });
  await at.finish(first);
  const again = await at.add('notes', 'again.txt', 'As it was.', { publish: 'published' });
  expect(again).toMatchObject({ outcome: 'unchanged', document: { version: 1, publish: 'published' } });
});

test('content that is brought back while another is made is wanted again, and the other is not', async () => {
  const first = await at.add('notes', 'back.txt', 'One.');
  await at.finish(first);
  await at.add('notes', 'back.txt', 'Two.');
  expect((await at.add('notes', 'back.txt', 'One.')).outcome).toBe('unchanged');
  await at.finish(first);
  expect(await readDocument(at.db, first.document.id)).toMatchObject({ status: 'ready', version: 1 });
  expect(await count('baton.document_part')).toBe(0);
});

test('documents that are added under one key at once become versions of one document, and the last of them serves', async () => {
  const added = await Promise.all(
    ['one', 'two', 'three', 'four'].map((text) => at.add('notes', 'crowded.txt', `Text ${text}.`)),
  );
  expect(new Set(added.map(({ document }) => document.id)).size).toBe(1);
  expect(added.map(({ outcome }) => outcome).sort()).toEqual(['added', 'changed', 'changed', 'changed']);
  const documentId = added[0]?.document.id ?? '';
  for (const version of [1, 2, 3, 4]) await carryOutDocument(at, { documentId, version });
  const { versions } = await listVersions(at.db, documentId);
  expect(versions.map(({ status }) => status)).toEqual(['ready', 'replaced', 'replaced', 'replaced']);
  const page = await listVersions(at.db, documentId, { limit: 3 });
  expect(page).toEqual({ versions: versions.slice(0, 3), next: 2 });
  expect(await listVersions(at.db, documentId, { limit: 3, after: 2 })).toEqual({
    versions: versions.slice(3),
    next: null,
  });
});

test('a long document comes in parts of at most a mebibyte, whatever pieces it comes in', async () => {
  const bytes = Buffer.from(paragraphs(20_000));
  async function* pieces() {
    for (let from = 0; from < bytes.length; from += 300_001) yield bytes.subarray(from, from + 300_001);
  }
  const { document } = await at.add('notes', 'long.txt', pieces());
  expect(document).toMatchObject({
    bytes: bytes.length,
    contentHash: createHash('sha256').update(bytes).digest('hex'),
  });
  const parts = await at.db
    .selectFrom('baton.document_part')
    .innerJoin(
      'baton.document_version',
      'baton.document_version.content_id',
      'baton.document_part.content_id',
    )
    .select(['part', 'baton.document_part.bytes'])
    .where('document_id', '=', document.id)
    .orderBy('part')
    .execute();
  expect(parts.length).toBeGreaterThan(2);
  expect(Math.max(...parts.map((part) => part.bytes.length))).toBeLessThanOrEqual(1024 * 1024);
  expect(Buffer.concat(parts.map((part) => part.bytes)).equals(bytes)).toBe(true);
  await deleteDocument(at.db, document.id);
  expect(await count('baton.document_content')).toBe(0);
});

test('bytes that stop half-way leave nothing, and what was there as it was', async () => {
  const first = await at.add('notes', 'half.txt', 'All of it.');
  await at.finish(first);
  const documents = await count('baton.document');
  async function* breaking() {
    yield Buffer.alloc(2_500_000, 'a');
    throw new Error('the line is cut');
  }
  await expect(at.add('notes', 'half.txt', breaking())).rejects.toThrow('the line is cut');
  await expect(at.add('notes', 'never.txt', breaking())).rejects.toThrow('the line is cut');
  expect(await count('baton.document')).toBe(documents);
  expect(await count('baton.document_content')).toBe(0);
  expect(await readDocument(at.db, first.document.id)).toMatchObject({ status: 'ready', version: 1 });
});

test.each([
  ['a collection that is not there', 'elsewhere', {}, { code: 'not-found' }],
  [
    'more bytes than it may have',
    'notes',
    { content: Buffer.alloc(2_000_000), maxBytes: 1_999_999 },
    { code: 'too-large' },
  ],
  ['no key', 'notes', { key: ' ' }, { code: 'invalid-request', issues: [{ path: 'key' }] }],
  [
    'a key that is too long',
    'notes',
    { key: 'é'.repeat(501) },
    { code: 'invalid-request', issues: [{ path: 'key' }] },
  ],
  [
    'a key that cannot be stored',
    'notes',
    { key: 'a\0b' },
    { code: 'invalid-request', issues: [{ path: 'key' }] },
  ],
  [
    'too many tags',
    'notes',
    { tags: Array.from({ length: 51 }, (_, n) => `t${n}`) },
    { code: 'invalid-request' },
  ],
  [
    'a long tag',
    'notes',
    { tags: ['a', 'b'.repeat(101)] },
    { code: 'invalid-request', issues: [{ path: 'tags.1' }] },
  ],
  ['much metadata', 'notes', { metadata: { text: 'x'.repeat(17_000) } }, { code: 'too-large' }],
  [
    'no language',
    'notes',
    { language: 'English' },
    { code: 'invalid-request', issues: [{ path: 'language' }] },
  ],
])('%s is refused with why', async (_, collection, wrong, error) => {
  const {
    key = 'k',
    content = Buffer.from('x'),
    ...more
  } = { ...wrong } as { key?: string; content?: Buffer };
  await expect(at.add(collection, key, content, more)).rejects.toMatchObject(error);
});

test('documents are listed by key, some at a time, and by what they are', async () => {
  await at.create('shelf');
  for (const key of ['c', 'a', 'b'])
    await at.add('shelf', key, `About ${key}.`, {
      tags: [key === 'a' ? 'odd' : 'even'],
      title: `The 100% of ${key}`,
    });
  await at.finish(await at.add('shelf', 'a', 'About a, again.', { publish: 'archived' }));
  const keys = async (filter: Parameters<typeof listDocuments>[2]) =>
    (await listDocuments(at.db, 'shelf', filter)).documents.map(({ key }) => key);
  const page = await listDocuments(at.db, 'shelf', { limit: 2 });
  expect(page.documents.map(({ key }) => key)).toEqual(['a', 'b']);
  expect(await keys({ after: page.next ?? '' })).toEqual(['c']);
  expect(await keys({ tag: 'even' })).toEqual(['b', 'c']);
  expect(await keys({ status: 'ready' })).toEqual(['a']);
  expect(await keys({ publish: 'archived' })).toEqual(['a']);
  expect(await keys({ search: '100% OF B' })).toEqual(['b']);
  expect(await keys({ search: '100_' })).toEqual([]);
  await expect(listDocuments(at.db, 'nowhere')).rejects.toMatchObject({ code: 'not-found' });
  await expect(readDocument(at.db, 'no-id')).rejects.toMatchObject({ code: 'not-found' });
});

test('a collection of the same name is another collection of another tenant', async () => {
  const added = await at.add('notes', 'mine.txt', 'Mine alone.');
  await asService(() => createTenant(at.db, { tenantId: 'globex', name: 'globex' }));
  await inTenant('globex', async () => {
    await expect(at.add('notes', 'theirs.txt', 'Theirs.')).rejects.toMatchObject({ code: 'not-found' });
    await at.create('notes');
    const theirs = await at.add('notes', 'mine.txt', 'Theirs.');
    expect(theirs.outcome).toBe('added');
    await at.finish(theirs);
    expect((await listDocuments(at.db, 'notes')).documents.map(({ key, status }) => [key, status])).toEqual([
      ['mine.txt', 'ready'],
    ]);
    await expect(readDocument(at.db, added.document.id)).rejects.toMatchObject({ code: 'not-found' });
    await expect(deleteDocument(at.db, added.document.id)).rejects.toMatchObject({ code: 'not-found' });
    await at.finish(added);
  });
  expect(await readDocument(at.db, added.document.id)).toMatchObject({ status: 'waiting' });
});
