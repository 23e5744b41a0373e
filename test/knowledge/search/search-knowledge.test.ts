import { afterAll, beforeAll, expect, test } from 'vitest';
import { searchKnowledge } from '../../../src/knowledge/search/search-knowledge.ts';
import { ModelError } from '../../../src/model/chat-model.ts';
import type { Embedder } from '../../../src/model/embedder.ts';
import { createLocalEmbedder } from '../../../src/model/local-embedder.ts';
import { inTenant, localTenant } from '../../../src/tenancy.ts';
import { makeTenant } from '../../support/people.ts';
import { makeTestDatabase, type TestDatabase } from '../../support/test-database.ts';
import { putCollection } from './put-documents.ts';

const embedder = createLocalEmbedder();
let made: TestDatabase;
let ids: Map<string, string>;

beforeAll(async () => {
  made = await makeTestDatabase();
  const { db } = made.database;
  ({ ids } = await putCollection(
    db,
    'shop',
    [
      {
        key: 'refunds',
        title: 'Refunds',
        texts: ['Refunds are paid within five days.', 'A voucher is no refund.'],
        tags: ['policy', 'money'],
        metadata: { year: 2024, team: { name: 'shop' }, open: null },
      },
      {
        key: 'returns',
        title: 'Returns',
        texts: ['Films are returned to the shop where they were rented.'],
        tags: ['policy'],
        metadata: { year: 2020, team: { name: 'rental' } },
      },
      { key: 'hours', title: 'Opening hours', texts: ['The shop opens at nine.'], metadata: { year: 2022 } },
      {
        key: 'retours',
        title: 'Retours',
        texts: ['Les films loués à l’hôtel sont rendus au magasin.'],
        language: 'fr',
      },
      { key: 'возврат', title: 'Возврат', texts: ['Ёлку можно вернуть в магазин.'], language: 'ru' },
      { key: '退款', title: '退款', texts: ['退款将在五天内支付到您的账户。'], language: 'zh' },
      { key: 'draft', texts: ['Refunds of secret drafts.'], publish: 'draft' },
      { key: 'archived', texts: ['Refunds of secret archives.'], publish: 'archived' },
    ],
    embedder,
  ));
  await putCollection(db, 'manual', [{ key: 'printer', texts: ['The printer refunds no paper.'] }]);
  await makeTenant(made.database, 'other');
  await inTenant({ tenant: 'other', owner: true }, () =>
    putCollection(db, 'shop', [{ key: 'theirs', texts: ['Refunds of another tenant.'] }], embedder),
  );
});
afterAll(() => made.drop());

type Asked = Partial<Parameters<typeof searchKnowledge>[2]>;

function search(
  query: string,
  more: Asked = {},
  by: Pick<Embedder, 'model' | 'dimensions' | 'embed'> = embedder,
) {
  return inTenant(localTenant, () =>
    searchKnowledge(made.database.db, by, { query, collections: ['shop'], ...more }),
  );
}

async function keys(query: string, more?: Asked): Promise<string[]> {
  return (await search(query, more)).map(({ key }) => key);
}

const failing: Embedder = {
  ...embedder,
  embed: async () => {
    throw new ModelError('unavailable', 'It is down.');
  },
};

test('a passage comes with where it is from', async () => {
  const [passage] = await search('When are refunds paid?');
  expect(passage).toMatchObject({
    id: `p-${passage?.chunkId.slice(0, 10)}`,
    documentId: ids.get('refunds'),
    collection: 'shop',
    version: 1,
    key: 'refunds',
    title: 'Refunds',
    headings: [],
    position: 0,
    text: 'Refunds are paid within five days.',
    language: 'en',
    parts: { lexical: expect.any(Number), vector: expect.any(Number) },
  });
  expect(passage).not.toHaveProperty('url');
});

test.each(['hybrid', 'lexical', 'vector'] as const)(
  'scores of %s search are from 0 to 1, the best first',
  async (mode) => {
    const passages = await search('refunds for films that were rented', { mode });
    const scores = passages.map(({ score }) => score);
    expect(passages.length).toBeGreaterThan(1);
    expect(scores).toEqual(scores.toSorted((one, other) => other - one));
    expect(scores.every((score) => score >= 0 && score <= 1)).toBe(true);
  },
);

test.each([
  ['the film was rented', 'returns'],
  ['louer un film a l hotel', 'retours'],
  ['елка', 'возврат'],
  ['五天内退款', '退款'],
])('"%s" finds %s first, whatever the languages of the others', async (query, key) => {
  expect((await keys(query))[0]).toBe(key);
});

test('drafts, archives and what others have are never found', async () => {
  for (const mode of ['hybrid', 'lexical', 'vector'] as const) {
    const passages = await search('refunds of secret drafts, archives and another tenant', {
      mode,
      limit: 50,
    });
    expect(passages.length).toBeGreaterThan(0);
    expect(passages.map(({ text }) => text).join('\n')).not.toMatch(/secret|another tenant/);
  }
});

test('several collections are searched at once, those without vectors by their words', async () => {
  const found = await search('refunds', { collections: ['shop', 'manual', 'shop'] });
  expect(new Set(found.map(({ collection }) => collection))).toEqual(new Set(['shop', 'manual']));
  expect(await search('refunds', { collections: [] })).toEqual([]);
});

test('a collection that is not there is not found, and neither is one of another tenant', async () => {
  await expect(search('refunds', { collections: ['shop', 'nowhere'] })).rejects.toMatchObject({
    code: 'not-found',
    message: 'There is no collection "nowhere".',
  });
  const asked = { query: 'printer', collections: ['manual'] };
  await expect(
    inTenant('other', () => searchKnowledge(made.database.db, embedder, asked)),
  ).rejects.toMatchObject({ code: 'not-found' });
});

test.each([
  [{ tags: ['policy'] }, ['refunds', 'returns']],
  [{ tags: ['money', 'nothing'] }, ['refunds']],
  [{ tags: ['nothing'] }, []],
  [{ tags: [] }, ['hours', 'refunds', 'retours', 'returns', 'возврат', '退款']],
  [{ language: 'fr' }, ['retours']],
  [{ metadata: { year: 2024 } }, ['refunds']],
  [{ metadata: { year: { $gte: 2020, $lt: 2024 } } }, ['hours', 'returns']],
  [{ metadata: { year: { $in: [2022, 2024] } } }, ['hours', 'refunds']],
  [{ metadata: { year: { $gt: 2020, $lte: 2022 } } }, ['hours']],
  [{ metadata: { 'team.name': { $ne: 'shop', $exists: true } } }, ['returns']],
  [{ metadata: { team: { name: 'shop' } } }, ['refunds']],
  [{ metadata: { year: { $exists: false } } }, ['retours', 'возврат', '退款']],
  [{ metadata: { open: { $exists: true } } }, ['refunds']],
  [{ metadata: { open: { $eq: null } } }, ['refunds']],
  [{ tags: ['policy'], metadata: { year: 2020 }, language: 'en' }, ['returns']],
  [{ documents: [] }, []],
  [{ documents: ['no id', '0b8d6a54-6d0e-4d27-9a41-3f2f1b8c7f10'] }, []],
])('of what matches %j, all is found', async (filter, expected) => {
  const query = 'refunds returns shop nine films magasin магазин 退款';
  for (const mode of ['hybrid', 'lexical', 'vector'] as const) {
    const found = await keys(query, { filter, mode, limit: 50 });
    expect([...new Set(found)].toSorted()).toEqual(expected.toSorted());
  }
});

test('documents are found by their ids', async () => {
  const id = ids.get('hours') ?? '';
  expect(await keys('refunds of the shop', { filter: { documents: [id.toUpperCase()] } })).toEqual(['hours']);
});

test.each([
  [{ metadata: { year: { $near: 2 } } }],
  [{ metadata: { year: { $exists: 'yes' } } }],
  [{ metadata: { ['a.'.repeat(50)]: { $exists: false } } }],
  [{ tags: ['\0'] }],
  [{ language: '\0' }],
])('a filter that cannot be read is refused: %j', async (filter) => {
  await expect(search('refunds', { filter })).rejects.toMatchObject({ code: 'invalid-request' });
});

test('a filter has at most a hundred fields, whatever is asked of them', async () => {
  const filterOf = (fields: number) => ({
    metadata: Object.fromEntries(Array.from({ length: fields }, (_, at) => [`f${at}`, { $exists: false }])),
  });
  expect(await search('refunds', { filter: filterOf(100) })).not.toEqual([]);
  await expect(search('refunds', { filter: filterOf(101) })).rejects.toMatchObject({
    code: 'invalid-request',
  });
});

test('where the query cannot be embedded its words are searched, and the log says so', async () => {
  const said: string[] = [];
  const log = { warn: (_: unknown, message?: string) => void said.push(message ?? '') };
  const found = await search('refunds', { log: log as never }, failing); // pino's overloads cannot be written by hand
  expect(found[0]?.key).toBe('refunds');
  expect(found[0]?.parts).toEqual({ lexical: expect.any(Number) });
  expect(said).toEqual(['The query could not be embedded: words alone are searched.']);
});

test('a search by vectors alone says that the query cannot be embedded', async () => {
  await expect(search('refunds', { mode: 'vector' }, failing)).rejects.toMatchObject({ code: 'unavailable' });
});

test('vectors of another model are not compared', async () => {
  const another = { ...embedder, model: 'another' };
  expect(await search('refunds', { mode: 'vector' }, another)).toEqual([]);
  expect((await search('refunds', {}, another))[0]?.parts).toEqual({ lexical: expect.any(Number) });
});

test('who no longer waits is answered nothing', async () => {
  await expect(search('refunds', { signal: AbortSignal.abort(new Error('gone')) })).rejects.toThrow('gone');
});

test('as many as asked for are given, and from 1 to 50', async () => {
  expect(await search('shop refunds films', { limit: 2 })).toHaveLength(2);
  expect(await search('shop refunds films', { limit: 0 })).toHaveLength(1);
  expect((await search('shop refunds films', { limit: 1e9 })).length).toBeLessThanOrEqual(50);
});

test('the same question has the same answer', async () => {
  const query = 'shop films refunds';
  expect(await search(query)).toEqual(await search(query));
});

test('one text of two documents is found in both, that of the older document first, whichever was read last', async () => {
  const { db } = made.database;
  const text = 'The lighthouse is painted every seventh year.';
  await putCollection(
    db,
    'copies',
    ['trusted', 'copied'].map((key) => ({ key, texts: [text, 'Something else.'] })),
    embedder,
  );
  const found = async (mode: 'hybrid' | 'lexical' | 'vector') =>
    (await search('painted lighthouse', { collections: ['copies'], mode, limit: 2 })).map(({ key }) => key);
  const trusted = db.selectFrom('baton.document').select('document_id').where('key', '=', 'trusted');
  await db
    .updateTable('baton.document')
    .set({ created_at: new Date(0) })
    .where('key', '=', 'trusted')
    .execute();
  await db
    .updateTable('baton.chunk')
    .set({ chunk_id: 'c'.repeat(32) })
    .where('text', '=', text)
    .execute();
  for (const mode of ['hybrid', 'lexical', 'vector'] as const)
    expect(await found(mode), mode).toEqual(['trusted', 'copied']);
  await db
    .updateTable('baton.document')
    .set({ created_at: new Date() })
    .where('document_id', '=', trusted)
    .execute();
  for (const mode of ['hybrid', 'lexical', 'vector'] as const)
    expect(await found(mode), mode).toEqual(['copied', 'trusted']);
});

test.each([
  ['nothing', ''],
  ['spaces', ' \n\t'],
  ['stop words', 'what is it and where are they'],
  ['punctuation', '?!… ( | & :* <-> \' " \\ %'],
  ['SQL', "'; drop table baton.posting; --"],
  ['NUL', 'refunds\0\0'],
  ['halves of characters', '\ud800 refunds \udfff'],
  ['emoji', '🍕 👩‍👩‍👧'],
  ['one long word', 'x'.repeat(100_000)],
  ['a hundred kilobytes', 'refunds of films '.repeat(6_000)],
  ['many words', Array.from({ length: 10_000 }, (_, index) => `word${index}`).join(' ')],
])('a query of %s is answered', async (_, query) => {
  for (const mode of ['hybrid', 'lexical', 'vector'] as const)
    expect((await search(query, { mode })).length).toBeLessThanOrEqual(8);
});
