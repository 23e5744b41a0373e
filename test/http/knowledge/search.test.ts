import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Body, type Knowledge, openKnowledge } from './support.ts';

let knowledge: Knowledge;
const ids: Record<string, string> = {};

beforeAll(async () => {
  knowledge = await openKnowledge();
  const documents = [
    [
      'shop',
      'refunds',
      '# Refunds\n\nRefunds are paid within five days.',
      { tags: ['money'], metadata: { year: 2026 } },
    ],
    [
      'shop',
      'shipping',
      '# Shipping\n\nParcels leave on Mondays.',
      { tags: ['mail'], metadata: { year: 2020 } },
    ],
    ['shop', 'secret', '# Refunds\n\nRefunds are never paid.', { publish: 'draft' }],
    ['office', 'plants', '# Plants\n\nWater the plants on Fridays.', {}],
  ] as const;
  for (const name of ['shop', 'office']) await knowledge.ask('POST', '/api/v1/collections', { name });
  for (const [collection, key, text, more] of documents) {
    const { body } = await knowledge.ask('POST', `/api/v1/collections/${collection}/documents`, {
      key,
      text,
      ...more,
    });
    ids[key] = String(body.id);
  }
  for (const id of Object.values(ids)) expect(await knowledge.settled(id)).toMatchObject({ status: 'ready' });
});
afterAll(() => knowledge.stop());

async function search(body: Body, path = 'search') {
  const answer = await knowledge.ask<{ passages: Body[] }>('POST', `/api/v1/${path}`, body);
  return { ...answer, keys: answer.body.passages?.map(({ key }) => key) };
}

test('a passage is found with all that a citation needs', async () => {
  const { status, body } = await search({ query: 'when are refunds paid?', collections: ['shop'] });
  expect(status).toBe(200);
  const [first] = body.passages;
  expect(first).toMatchObject({
    document_id: ids.refunds,
    collection: 'shop',
    key: 'refunds',
    version: 1,
    headings: [],
    position: 0,
    language: 'en',
    parts: { lexical: expect.any(Number) },
  });
  expect(first?.id).toBe(`p-${String(first?.chunk_id).slice(0, 10)}`);
  expect(first?.text).toContain('within five days');
  expect(Number(first?.score)).toBeGreaterThan(0);
});

test('one collection, some, or all of them are searched, and drafts in none', async () => {
  const query = 'refunds plants parcels';
  const mode = 'lexical';
  expect((await search({ query, mode })).keys?.sort()).toEqual(['plants', 'refunds', 'shipping']);
  expect((await search({ query, mode, collections: ['office', 'office'] })).keys).toEqual(['plants']);
  expect((await search({ query, mode }, 'collections/shop/search')).keys?.sort()).toEqual([
    'refunds',
    'shipping',
  ]);
  expect((await search({ query, mode, limit: 1 })).keys).toHaveLength(1);
});

test('a filter narrows by tags, metadata and documents', async () => {
  const asked = { query: 'refunds parcels', mode: 'lexical', collections: ['shop'] };
  expect((await search({ ...asked, filter: { tags: ['mail', 'none'] } })).keys).toEqual(['shipping']);
  expect((await search({ ...asked, filter: { metadata: { year: 2026 } } })).keys).toEqual(['refunds']);
  expect((await search({ ...asked, filter: { metadata: { year: { $lt: 2025 } } } })).keys).toEqual([
    'shipping',
  ]);
  expect((await search({ ...asked, filter: { documents: [ids.refunds] } })).keys).toEqual(['refunds']);
  expect((await search({ ...asked, filter: { language: 'de' } })).keys).toEqual([]);
});

test('what is withdrawn is not found from the answer on', async () => {
  const asked = { query: 'parcels', mode: 'lexical', collections: ['shop'] };
  expect((await search(asked)).keys).toEqual(['shipping']);
  await knowledge.ask('PATCH', `/api/v1/documents/${ids.shipping}`, { publish: 'archived' });
  expect((await search(asked)).keys).toEqual([]);
  await knowledge.ask('PATCH', `/api/v1/documents/${ids.shipping}`, { publish: 'published' });
  expect((await search(asked)).keys).toEqual(['shipping']);
});

test('of very many collections the first hundred are searched where none are named', async () => {
  const { db } = knowledge.service.context;
  await db
    .insertInto('baton.collection')
    .values(
      Array.from({ length: 100 }, (_, at) => ({
        collection: `a-${at}`,
        chunk_tokens: 400,
        overlap_tokens: 0,
        webhook: null,
        space_no: null,
      })),
    )
    .execute();
  expect((await search({ query: 'plants' })).keys).toEqual([]);
  expect((await search({ query: 'plants', collections: ['office'] })).keys).toEqual(['plants']);
  await db.deleteFrom('baton.collection').where('collection', 'like', 'a-%').execute();
  expect((await search({ query: 'plants' })).keys).toContain('plants');
});

test.each([
  [{}],
  [{ query: '' }],
  [{ query: 'x'.repeat(4_001) }],
  [{ query: 'x', limit: 0 }],
  [{ query: 'x', limit: 51 }],
  [{ query: 'x', mode: 'magic' }],
  [{ query: 'x', collections: [] }],
  [{ query: 'x', collections: ['Not a name'] }],
  [{ query: 'x', filter: { tags: 'a' } }],
  [{ query: 'x', filter: { documents: ['x'] } }],
  [{ query: 'x', filter: { tenant: 'acme' } }],
  [{ query: 'x', filter: { metadata: { a: { $where: '1' } } } }],
  [{ query: 'x', filter: { metadata: { ['a.'.repeat(5_000)]: 1 } } }],
  [{ query: 'a\0b' }],
])('%j is refused', async (body) => {
  expect(await search(body)).toMatchObject({ status: 400, body: { code: 'invalid-request' } });
});
