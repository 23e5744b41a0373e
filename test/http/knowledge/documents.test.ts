import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { docxParagraph, makeDocx } from '../../knowledge/read/make-office.ts';
import { makePdf } from '../../knowledge/read/make-pdf.ts';
import { type Body, end, field, file, form, type Knowledge, openKnowledge } from './support.ts';

let knowledge: Knowledge;
beforeAll(async () => {
  knowledge = await openKnowledge();
});
afterAll(() => knowledge.stop());

const ask: Knowledge['ask'] = (...asked) => knowledge.ask(...asked);
const add = async (collection: string, body: unknown, query = '', headers: Record<string, string> = {}) =>
  ask('POST', `/api/v1/collections/${collection}/documents${query}`, body, headers);
const sha = (bytes: string | Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const text = '# Refunds\n\nRefunds are paid within five days.\n\n# Shipping\n\nParcels leave on Mondays.';

/** In which the two sections of `text` are a chunk each. */
const twoChunks = { chunk_tokens: 16, overlap_tokens: 0 };

test('a collection is made, listed, changed and deleted with all that is in it', async () => {
  const asked = {
    name: 'handbook',
    description: 'How we work',
    metric: 'l2',
    chunk_tokens: 200,
    overlap_tokens: 20,
  };
  const made = await ask('POST', '/api/v1/collections', asked);
  expect(made).toMatchObject({
    status: 201,
    body: { ...asked, webhook: null, embedding: null, documents: 0, chunks: 0 },
  });
  expect(made.headers.get('location')).toBe('/api/v1/collections/handbook');
  expect(await ask('POST', '/api/v1/collections', asked)).toMatchObject({
    status: 409,
    body: { code: 'conflict' },
  });
  const changed = await ask('PATCH', '/api/v1/collections/handbook', {
    description: 'Why',
    chunk_tokens: 300,
  });
  expect(changed).toMatchObject({
    status: 200,
    body: { description: 'Why', chunk_tokens: 300, metric: 'l2' },
  });
  const { body } = await ask<{ collections: Body[] }>('GET', '/api/v1/collections');
  expect(body.collections.map(({ name }) => name)).toContain('handbook');
  const { body: document } = await add('handbook', { key: 'a', text });
  expect(await ask('GET', '/api/v1/collections/handbook')).toMatchObject({ body: { documents: 1 } });
  expect((await ask('DELETE', '/api/v1/collections/handbook')).status).toBe(204);
  for (const path of ['collections/handbook', `documents/${document.id}`, 'collections/handbook/documents'])
    expect(await ask('GET', `/api/v1/${path}`), path).toMatchObject({
      status: 404,
      body: { code: 'not-found' },
    });
});

test.each([
  [{}, 'name'],
  [{ name: 'Upper' }, 'name'],
  [{ name: '-a' }, 'name'],
  [{ name: 'a'.repeat(64) }, 'name'],
  [{ name: 5 }, 'name'],
  [{ name: 'ok', metric: 'manhattan' }, 'metric'],
  [{ name: 'ok', chunk_tokens: 15 }, 'chunk_tokens'],
  [{ name: 'ok', chunk_tokens: 20.5 }, 'chunk_tokens'],
  [{ name: 'ok', chunk_tokens: 100, overlap_tokens: 90 }, 'overlap_tokens'],
  [{ name: 'ok', webhook: 'ftp://example.com' }, 'webhook'],
  [{ name: 'ok', webhook: 'http://127.0.0.1/' }, 'webhook'],
  [{ name: 'ok', colour: 'red' }, ''],
])('a collection cannot be made of %j', async (body, path) => {
  const answer = await ask<{ errors: Body[] }>('POST', '/api/v1/collections', body);
  expect(answer).toMatchObject({ status: 400, body: { code: 'invalid-request' } });
  expect(answer.body.errors.map((error) => error.path)).toContain(path);
});

test('a document of JSON is taken, made ready and shown with its passages and its version', async () => {
  const collection = await knowledge.collection(twoChunks);
  const facts = {
    key: 'shop/refunds',
    title: 'The shop',
    tags: ['policy', 'shop', 'policy'],
    metadata: { team: 'support' },
  };
  const added = await add(collection, { ...facts, text, language: 'en-GB', content_type: 'text/markdown' });
  expect(added.status).toBe(201);
  expect(added.headers.get('location')).toBe(`/api/v1/documents/${added.body.id}`);
  expect(added.body).toMatchObject({
    ...facts,
    tags: ['policy', 'shop'],
    outcome: 'added',
    collection,
    language: 'en',
    publish: 'published',
    version: null,
    bytes: text.length,
    content_hash: sha(text),
  });
  const ready = await knowledge.settled(added.body.id);
  expect(ready).toMatchObject({
    status: 'ready',
    version: 1,
    kind: 'markdown',
    chunks: 2,
    title: 'The shop',
  });
  expect(Date.parse(String(ready.ready_at))).toBeGreaterThanOrEqual(Date.parse(String(ready.created_at)));
  const path = `/api/v1/documents/${ready.id}`;
  const first = await ask<{ chunks: Body[]; next: number }>('GET', `${path}/chunks?limit=1`);
  expect(first.body).toMatchObject({ chunks: [{ position: 0, headings: ['Refunds'] }], next: 0 });
  expect(first.body.chunks[0]?.id).toMatch(/^p-[0-9a-f]{10}$/);
  const rest = await ask('GET', `${path}/chunks?after=${first.body.next}`);
  expect(rest.body).toMatchObject({ chunks: [{ position: 1, headings: ['Shipping'] }], next: null });
  const versions = await ask('GET', `${path}/versions`);
  expect(versions.body).toMatchObject({ versions: [{ version: 1, status: 'ready', serves: true }] });
  expect(await ask('GET', `/api/v1/collections/${collection}`)).toMatchObject({
    body: {
      documents: 1,
      chunks: 2,
      embedding: { dimensions: knowledge.service.context.embedder.dimensions },
    },
  });
});

test('a text without a key is one document however often it comes', async () => {
  const collection = await knowledge.collection();
  const first = await add(collection, { text });
  const second = await add(collection, { text });
  expect(first.body.key).toBe(`text-${sha(text).slice(0, 16)}`);
  expect(second).toMatchObject({ status: 200, body: { id: first.body.id, outcome: 'unchanged' } });
});

test('bytes of any type are a document, with what is said of them in the query', async () => {
  const collection = await knowledge.collection();
  const pdf = makePdf([
    [{ text: 'Refunds take five days.', y: 700 }],
    [{ text: 'Parcels leave on Mondays.', y: 700 }],
  ]);
  const metadata = encodeURIComponent(JSON.stringify({ year: 2026, list: [1] }));
  const query = `?name=refunds.pdf&tags=policy&tags=shop,open&metadata=${metadata}&publish=draft&url=https://example.com/a`;
  const added = await add(collection, pdf, query, { 'content-type': 'application/pdf' });
  expect(added).toMatchObject({
    status: 201,
    body: {
      key: 'refunds.pdf',
      name: 'refunds.pdf',
      tags: ['policy', 'shop', 'open'],
      metadata: { year: 2026, list: [1] },
      publish: 'draft',
      url: 'https://example.com/a',
      content_hash: sha(pdf),
    },
  });
  const ready = await knowledge.settled(added.body.id);
  expect(ready).toMatchObject({ status: 'ready', kind: 'pdf', pages: 2 });
  expect(await ask('GET', `/api/v1/documents/${ready.id}/chunks`)).toMatchObject({
    body: { chunks: [{ pages: { from: 1 } }] },
  });
});

test('a form brings several files, each with what its fields say of all of them', async () => {
  const collection = await knowledge.collection();
  const files = new FormData();
  files.append('tags', 'policy');
  files.append('tags', '["with, comma"]');
  files.append('metadata', '{"team":"support"}');
  files.append('language', 'de');
  files.append('file', new Blob(['name,price\nchair,5\ntable,9\n'], { type: 'text/csv' }), 'prices.csv');
  files.append('file', new Blob(['<h1>Hello</h1><p>World</p>'], { type: 'text/html' }), 'page.html');
  files.append('file', new Blob([Uint8Array.from(makeDocx(docxParagraph('A word.')))]), 'word.docx');
  const added = await add(collection, files);
  expect(added.status).toBe(201);
  const documents = added.body.documents as Body[];
  expect(documents).toMatchObject(
    ['prices.csv', 'page.html', 'word.docx'].map((key) => ({
      key,
      name: key,
      tags: ['policy', 'with, comma'],
      metadata: { team: 'support' },
      language: 'de',
      outcome: 'added',
    })),
  );
  const settled = [];
  for (const { id } of documents) settled.push(await knowledge.settled(id));
  expect(settled.map(({ status, kind }) => `${status} ${kind}`)).toEqual([
    'ready csv',
    'ready html',
    'ready docx',
  ]);
});

test('one file of a form is answered as one document, under the key that the form gives', async () => {
  const collection = await knowledge.collection();
  const added = await add(
    collection,
    field('key', 'k') + field('title', 'T') + file('a.txt', 'Words.') + end,
    '',
    form,
  );
  expect(added).toMatchObject({
    status: 201,
    body: { key: 'k', title: 'T', name: 'a.txt', outcome: 'added' },
  });
  expect(added.headers.get('location')).toBe(`/api/v1/documents/${added.body.id}`);
});

test('other content makes a version, which serves once it is ready; the same content makes none', async () => {
  const collection = await knowledge.collection();
  const { body: first } = await add(collection, {
    key: 'k',
    text: 'It is red.',
    title: 'Colour',
    tags: ['a'],
  });
  await knowledge.settled(first.id);
  const path = `/api/v1/documents/${first.id}`;
  const other = await ask('PUT', `${path}/content`, Buffer.from('It is blue.'));
  expect(other).toMatchObject({
    status: 202,
    body: { id: first.id, outcome: 'changed', title: 'Colour', tags: ['a'] },
  });
  const ready = await knowledge.settled(first.id);
  expect(ready).toMatchObject({ version: 2, status: 'ready' });
  const again = await ask('PUT', `${path}/content`, Buffer.from('It is blue.'));
  expect(again).toMatchObject({ status: 200, body: { outcome: 'unchanged', version: 2 } });
  expect(await ask('GET', `${path}/versions`)).toMatchObject({
    body: {
      versions: [
        { version: 2, status: 'ready', serves: true, content_hash: sha('It is blue.') },
        { version: 1, status: 'replaced', serves: false, content_hash: sha('It is red.') },
      ],
    },
  });
  expect(await ask('GET', `${path}/chunks`)).toMatchObject({ body: { chunks: [{ text: 'It is blue.' }] } });
});

test('what is said of a document changes without reading it again', async () => {
  const collection = await knowledge.collection(twoChunks);
  const { body: made } = await add(collection, {
    key: 'k',
    text,
    title: 'One',
    tags: ['a'],
    metadata: { a: 1 },
  });
  await knowledge.settled(made.id);
  const path = `/api/v1/documents/${made.id}`;
  const change = {
    title: null,
    tags: ['b'],
    metadata: { b: 2 },
    publish: 'archived',
    url: 'https://example.com/',
  };
  const changed = await ask('PATCH', path, change);
  expect(changed).toMatchObject({
    status: 200,
    body: { tags: ['b'], metadata: { b: 2 }, publish: 'archived', version: 1 },
  });
  expect(changed.body.title).not.toBe('One');
  expect(await ask('GET', `/api/v1/collections/${collection}`)).toMatchObject({
    body: { documents: 1, chunks: 0 },
  });
  await ask('PATCH', path, { publish: 'published' });
  expect(await ask('GET', `/api/v1/collections/${collection}`)).toMatchObject({ body: { chunks: 2 } });
  expect((await ask('DELETE', path)).status).toBe(204);
  expect(await ask('GET', path)).toMatchObject({ status: 404 });
  expect(await ask('DELETE', path)).toMatchObject({ status: 404 });
  expect(await ask('GET', `/api/v1/collections/${collection}`)).toMatchObject({
    body: { documents: 0, chunks: 0 },
  });
});

test('documents are listed page by page, and found by key, tag, state and a part of their name', async () => {
  const collection = await knowledge.collection();
  for (const key of ['a/1', 'a/2', 'b/1']) await add(collection, { key, text: key, tags: [key.slice(0, 1)] });
  await add(collection, { key: 'b/2', text: 'b', publish: 'draft', title: 'Größe 100%' });
  const list = async (query: string) => {
    const { body } = await ask<{ documents: Body[]; next: string | null }>(
      'GET',
      `/api/v1/collections/${collection}/documents?${query}`,
    );
    return { keys: body.documents.map(({ key }) => key), next: body.next };
  };
  const first = await list('limit=3');
  expect(first.keys).toEqual(['a/1', 'a/2', 'b/1']);
  expect(await list(`limit=3&after=${encodeURIComponent(first.next ?? '')}`)).toEqual({
    keys: ['b/2'],
    next: null,
  });
  expect((await list('tag=a')).keys).toEqual(['a/1', 'a/2']);
  expect((await list('publish=draft')).keys).toEqual(['b/2']);
  expect((await list('key=b%2F1')).keys).toEqual(['b/1']);
  expect((await list('key=nothing')).keys).toEqual([]);
  expect((await list(`search=${encodeURIComponent('größe 100%')}`)).keys).toEqual(['b/2']);
  expect((await list('search=%25')).keys).toEqual(['b/2']);
  for (const bad of ['limit=0', 'limit=x', 'status=old', 'publish=no', 'colour=red', 'key='])
    expect(await ask('GET', `/api/v1/collections/${collection}/documents?${bad}`), bad).toMatchObject({
      status: 400,
    });
});

test('a document that cannot be read fails with the reason, and is tried again when it is asked to', async () => {
  const collection = await knowledge.collection();
  const { body: added } = await add(collection, Buffer.from('%PDF-1.7\nbroken'), '?key=broken');
  const failed = await knowledge.settled(added.id);
  expect(failed).toMatchObject({ status: 'failed', version: null, error: { code: 'corrupt' } });
  const retried = await ask('POST', `/api/v1/documents/${added.id}/retry`);
  expect(retried.status).toBe(202);
  expect(retried.body.status).not.toBe('failed');
  expect(await knowledge.settled(added.id)).toMatchObject({ status: 'failed', error: { code: 'corrupt' } });
  const { body: good } = await add(collection, { text });
  await knowledge.settled(good.id);
  expect(await ask('POST', `/api/v1/documents/${good.id}/retry`)).toMatchObject({ status: 409 });
});

test('who waits for a document is answered when it is ready, or when the time is over', async () => {
  const collection = await knowledge.collection();
  const { body: added } = await add(collection, { text });
  const path = `/api/v1/documents/${added.id}`;
  expect(await ask('GET', `${path}?wait=30`)).toMatchObject({ status: 200, body: { status: 'ready' } });
  expect(await ask('GET', `${path}?wait=61`)).toMatchObject({ status: 400 });
  expect(await ask('GET', `${path}?wait=-1`)).toMatchObject({ status: 400 });
  await knowledge.service.context.db
    .updateTable('baton.document_version')
    .set({ status: 'embedding' })
    .where('document_id', '=', String(added.id))
    .execute();
  const before = performance.now();
  expect(await ask('GET', `${path}?wait=1`)).toMatchObject({ status: 200, body: { status: 'embedding' } });
  expect(performance.now() - before).toBeGreaterThan(900);
});

test('the same document many times at once is there once', async () => {
  const collection = await knowledge.collection();
  const answers = await Promise.all(Array.from({ length: 8 }, () => add(collection, { key: 'same', text })));
  expect(answers.map(({ status, body }) => `${status} ${body.outcome}`).sort()).toEqual([
    ...Array(7).fill('200 unchanged'),
    '201 added',
  ]);
  expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
  const versions = await ask<{ versions: Body[] }>(
    'GET',
    `/api/v1/documents/${answers[0]?.body.id}/versions`,
  );
  expect(versions.body.versions).toHaveLength(1);
});

test('the same request under the same Idempotency-Key is one request', async () => {
  const headers = { 'idempotency-key': 'once' };
  const made = await ask('POST', '/api/v1/collections', { name: 'once' }, headers);
  const again = await ask('POST', '/api/v1/collections', { name: 'once' }, headers);
  expect([made.status, again.status, again.headers.get('idempotent-replayed')]).toEqual([201, 201, 'true']);
  const added = await add('once', { key: 'k', text }, '', headers);
  const replayed = await add('once', { key: 'k', text }, '', headers);
  expect([added.status, replayed.status, replayed.headers.get('idempotent-replayed')]).toEqual([
    201,
    201,
    'true',
  ]);
  expect(replayed.body).toEqual(added.body);
  expect(await add('once', { key: 'k', text: 'other' }, '', headers)).toMatchObject({ status: 409 });
});

test.each<[string, unknown, string]>([
  ['no text and no url', { key: 'k' }, 'text'],
  ['an empty text', { text: '' }, 'text'],
  ['a text that is a number', { text: 5 }, 'text'],
  ['an empty key', { text, key: ' ' }, 'key'],
  ['a key of 1,001 characters', { text, key: 'k'.repeat(1_001) }, 'key'],
  ['a key of 1,200 bytes', { text, key: 'é'.repeat(600) }, 'key'],
  ['51 tags', { text, tags: Array.from({ length: 51 }, (_, at) => `t${at}`) }, 'tags'],
  ['a tag of 101 characters', { text, tags: ['t'.repeat(101)] }, 'tags.0'],
  ['tags that are a text', { text, tags: 'a' }, 'tags'],
  ['metadata that is a list', { text, metadata: [1] }, 'metadata'],
  ['17 kB of metadata', { text, metadata: { a: 'x'.repeat(17_000) } }, 'metadata'],
  ['a language of nonsense', { text, language: 'English!' }, 'language'],
  ['an unknown state', { text, publish: 'hidden' }, 'publish'],
  ['a url of another protocol', { url: 'ftp://example.com/a' }, 'url'],
  ['a url that is none', { url: '/etc/passwd' }, 'url'],
  ['U+0000', { text: 'a\0b' }, 'text'],
  ['another field', { text, status: 'ready' }, ''],
])('a document of JSON with %s is refused', async (_, body, path) => {
  const collection = await knowledge.collection();
  const answer = await add(collection, body);
  expect(answer, JSON.stringify(answer.body)).toMatchObject({
    status: 400,
    body: { code: 'invalid-request' },
  });
  expect((answer.body.errors as Body[]).map((error) => error.path)).toContain(path);
  expect(await ask('GET', `/api/v1/collections/${collection}`)).toMatchObject({ body: { documents: 0 } });
});

test('what is not there is 404, and what is no id is 400', async () => {
  const gone = '00000000-0000-4000-8000-000000000000';
  for (const [method, path, body] of [
    ['GET', `documents/${gone}`],
    ['GET', `documents/${gone}?wait=5`],
    ['PATCH', `documents/${gone}`, { tags: [] }],
    ['DELETE', `documents/${gone}`],
    ['PUT', `documents/${gone}/content`, Buffer.from('x')],
    ['POST', `documents/${gone}/retry`],
    ['GET', `documents/${gone}/chunks`],
    ['GET', `documents/${gone}/versions`],
    ['GET', 'collections/nothing'],
    ['PATCH', 'collections/nothing', { description: 'x' }],
    ['DELETE', 'collections/nothing'],
    ['GET', 'collections/nothing/documents'],
    ['POST', 'collections/nothing/documents', { text }],
    ['POST', 'collections/nothing/documents?key=k', Buffer.from('x')],
    ['POST', 'collections/Not%20a%20name/documents', { text }],
    ['POST', 'collections/nothing/search', { query: 'x' }],
    ['POST', 'search', { query: 'x', collections: ['nothing'] }],
  ] as const)
    expect(await ask(method, `/api/v1/${path}`, body), `${method} ${path}`).toMatchObject({
      status: 404,
      body: { code: 'not-found', title: 'Not Found' },
    });
  expect(await ask('GET', '/api/v1/documents/x')).toMatchObject({ status: 400 });
  expect(await ask('PUT', '/api/v1/collections/nothing/documents')).toMatchObject({ status: 405 });
});

test('the OpenAPI document shows every route with what it takes and answers', async () => {
  const { body } = await ask<{ paths: Record<string, Record<string, never>> }>('GET', '/openapi.json');
  const { paths } = body as { paths: Record<string, Record<string, Described>> }; // as OpenAPI says
  const post = paths['/api/v1/collections/{collection}/documents']?.post;
  expect(Object.keys(post?.requestBody?.content ?? {})).toEqual([
    'application/json',
    'multipart/form-data',
    'application/octet-stream',
  ]);
  expect(post?.requestBody?.content['application/json']?.example).toHaveProperty('text');
  const own = Object.entries(paths).filter(([path]) =>
    /^\/api\/v1\/(collections|documents|search)/.test(path),
  );
  expect(own).toHaveLength(10);
  for (const [path, methods] of own)
    for (const [method, { summary, responses, requestBody }] of Object.entries(methods)) {
      expect(summary, `${method} ${path}`).toBeTruthy();
      expect(responses.default?.content).toHaveProperty(['application/problem+json']);
      const [content] = Object.values(requestBody?.content ?? {});
      if (content?.schema.type !== 'string' && requestBody)
        expect(content?.example, `${method} ${path}`).toBeTruthy();
    }
});

interface Described {
  summary: string;
  responses: Record<string, { content: object }>;
  requestBody?: { content: Record<string, { schema: { type?: string }; example?: object }> };
}
