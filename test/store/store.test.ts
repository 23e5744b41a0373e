import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { JsonObject } from '../../src/message.ts';
import { ModelError } from '../../src/model/chat-model.ts';
import { createLocalEmbedder } from '../../src/model/local-embedder.ts';
import { deleteItem } from '../../src/store/delete-item.ts';
import { embedItems } from '../../src/store/embed-items.ts';
import type { TextEmbedder } from '../../src/store/embed-texts.ts';
import { getItem } from '../../src/store/get-item.ts';
import { listNamespaces } from '../../src/store/list-namespaces.ts';
import { type PutItem, putItem } from '../../src/store/put-item.ts';
import { type ItemSearch, searchItems } from '../../src/store/search-items.ts';
import { sweepStore } from '../../src/store/sweep-store.ts';
import { makeTestDatabase, type TestDatabase } from '../support/test-database.ts';

const embedder = createLocalEmbedder();
let made: TestDatabase;
beforeAll(async () => {
  made = await makeTestDatabase();
});
afterAll(() => made.drop());

const db = () => made.database.db;
const put = (namespace: string[], key: string, value: JsonObject, more: Partial<PutItem> = {}) =>
  putItem(db(), embedder, { namespace, key, value, ...more });
const get = (namespace: string[], key: string) => getItem(db(), { namespace, key });
const search = (prefix: string[], more: Partial<ItemSearch> = {}) =>
  searchItems(db(), embedder, { prefix, limit: 10, offset: 0, ...more });
const keysOf = async (found: ReturnType<typeof search>) => (await found).map(({ key }) => key);

/** Lets so many minutes go by for the items of a namespace. */
async function pass(namespace: string[], minutes: number): Promise<void> {
  await sql`update baton.store_item set expires_at = expires_at - make_interval(mins => ${minutes})
    where namespace = ${namespace}::text[]`.execute(db());
}

test('an item is kept, replaced and deleted', async () => {
  const name = ['users', 'ada'];
  expect(await get(name, 'diet')).toBeUndefined();
  await put(name, 'diet', { text: 'no meat', nested: { list: [1, 'two', null, 1e300, 0.1] } });
  const first = await get(name, 'diet');
  expect(first).toEqual({
    namespace: name,
    key: 'diet',
    value: { text: 'no meat', nested: { list: [1, 'two', null, 1e300, 0.1] } },
    created_at: expect.any(Date),
    updated_at: expect.any(Date),
  });
  await put(name, 'diet', { text: 'no fish' });
  const second = await get(name, 'diet');
  expect(second?.value).toEqual({ text: 'no fish' });
  expect(second?.created_at).toEqual(first?.created_at);
  expect(Number(second?.updated_at)).toBeGreaterThanOrEqual(Number(first?.updated_at));
  await deleteItem(db(), name, 'diet');
  await deleteItem(db(), name, 'diet');
  expect(await get(name, 'diet')).toBeUndefined();
});

test('a prefix finds what is under it, and no namespace that only begins with the same letters', async () => {
  for (const labels of [
    ['p'],
    ['p', 'a'],
    ['p', 'a', 'x'],
    ['p', 'a '],
    ['p', 'ab'],
    ['pa'],
    ['p', 'a\u0001'],
  ]) {
    await put(labels, labels.join('/'), {});
  }
  expect((await keysOf(search(['p', 'a']))).sort()).toEqual(['p/a', 'p/a/x']);
  expect(await search(['p'])).toHaveLength(6);
  expect(await search(['p', 'a', 'x', 'y'])).toEqual([]);
});

test('without a query the last written comes first, page by page', async () => {
  for (const key of ['1', '2', '3', '4', '5']) await put(['pages'], key, {});
  await put(['pages'], '2', {});
  expect(await keysOf(search(['pages'], { limit: 3 }))).toEqual(['2', '5', '4']);
  expect(await keysOf(search(['pages'], { limit: 3, offset: 3 }))).toEqual(['3', '1']);
});

test('what has expired is seen by nobody, and the sweep deletes it', async () => {
  const name = ['mortal'];
  await put(name, 'gone', { text: 'a short life' }, { ttl: 10 });
  await put(name, 'stays', { text: 'a long life' });
  const born = await get(name, 'gone');
  await pass(name, 11);
  expect(await get(name, 'gone')).toBeUndefined();
  expect(await keysOf(search(name))).toEqual(['stays']);
  expect(await keysOf(search(name, { query: 'a short life' }))).toEqual(['stays']);
  await put(name, 'gone', { text: 'again' }, { ttl: 10 });
  expect(Number((await get(name, 'gone'))?.created_at)).toBeGreaterThan(Number(born?.created_at));

  for (let at = 0; at < 5; at += 1) await put(['sweep'], `${at}`, { text: 'x' }, { ttl: 1 });
  await pass(['sweep'], 2);
  expect(await listNamespaces(db(), { prefix: ['sweep'], limit: 9, offset: 0 })).toEqual([]);
  expect(await sweepStore(db(), { batch: 2 })).toBe(5);
  expect(await sweepStore(db())).toBe(0);
  const { rows } = await sql`select from baton.store_vector where item_id not in (
    select item_id from baton.store_item)`.execute(db());
  expect(rows).toEqual([]);
  expect(await keysOf(search(name))).toEqual(['gone', 'stays']);
});

test('reading lets the time to live begin anew, unless it is told not to', async () => {
  const name = ['refresh'];
  await put(name, 'a', { text: 'x' }, { ttl: 10 });
  for (const read of [
    () => getItem(db(), { namespace: name, key: 'a' }),
    () => search(name),
    () => search(name, { query: 'x' }),
  ]) {
    await pass(name, 7);
    await read();
  }
  expect(await get(name, 'a')).toBeDefined();
  await pass(name, 7);
  await getItem(db(), { namespace: name, key: 'a', refreshTtl: false });
  await search(name, { refreshTtl: false });
  await pass(name, 7);
  expect(await get(name, 'a')).toBeUndefined();
});

test('writing again without a time to live lets the item stay', async () => {
  await put(['stay'], 'a', {}, { ttl: 1 });
  await put(['stay'], 'a', {});
  await pass(['stay'], 100);
  expect(await get(['stay'], 'a')).toBeDefined();
});

test('a query finds the nearest first, with the cosine similarity as score', async () => {
  const name = ['meaning'];
  await put(name, 'food', { text: 'She likes to eat pizza with mushrooms.' });
  await put(name, 'sport', { text: 'She plays tennis on Sundays.' });
  await put(name, 'deep', { notes: [{ on: 'travel', text: 'She wants to see the lighthouse of Bremen.' }] });
  const found = await search(name, { query: 'tennis on Sundays' });
  expect(found.map(({ key }) => key)[0]).toBe('sport');
  expect(found).toHaveLength(3);
  const scores = found.map(({ score }) => score ?? 0);
  expect(scores).toEqual(scores.toSorted((a, b) => b - a));
  expect(scores[0]).toBeGreaterThan(0.3);
  expect((await search(name, { query: 'lighthouse' }))[0]?.key).toBe('deep');
  const [same] = await search(name, { query: 'She plays tennis on Sundays.' });
  expect(same?.score).toBeCloseTo(1, 5);
  expect(
    await keysOf(search(name, { query: 'tennis', filter: { text: { $ne: 'x' } }, limit: 1, offset: 1 })),
  ).toHaveLength(1);
  expect((await search(name))[0]?.score).toBeNull();
});

test('fields say what an item is found by', async () => {
  const name = ['fields'];
  const value = { title: 'harbour', body: 'volcano', tags: [{ name: 'owl' }, { name: 'fox' }] };
  await put(name, 'none', value, { index: false });
  await put(name, 'title', value, { index: ['title'] });
  await put(name, 'tags', value, { index: ['tags[*].name', 'missing'] });
  expect(await keysOf(search(name))).toHaveLength(3);
  const byTitle = await search(name, { query: 'harbour' });
  expect(byTitle.map(({ key }) => key)).toEqual(['title', 'tags']);
  expect(byTitle[0]?.score).toBeCloseTo(1, 5);
  expect(byTitle[1]?.score).toBeLessThan(0.3);
  const byTag = await search(name, { query: 'fox' });
  expect([byTag[0]?.key, byTag.length]).toEqual(['tags', 2]);
  await put(name, 'title', value, { index: ['body'] });
  expect((await search(name, { query: 'volcano' }))[0]?.key).toBe('title');
});

test('a model that fails is told, and the item stays as it was', async () => {
  const name = ['failing'];
  await put(name, 'a', { text: 'before' });
  const failing: TextEmbedder = {
    model: embedder.model,
    embed: () => Promise.reject(new ModelError('unavailable', 'The model is away.')),
  };
  const item = { namespace: name, key: 'a', value: { text: 'after' } };
  await expect(putItem(db(), failing, item)).rejects.toMatchObject({
    name: 'CallerError',
    code: 'unavailable',
    message: expect.stringContaining('The model is away.'),
  });
  const query = { prefix: name, query: 'x', limit: 1, offset: 0 };
  await expect(searchItems(db(), failing, query)).rejects.toMatchObject({ code: 'unavailable' });
  expect((await get(name, 'a'))?.value).toEqual({ text: 'before' });
  expect((await search(name, { query: 'before' }))[0]?.score).toBeCloseTo(1, 5);
  await putItem(db(), failing, { ...item, index: false });
  expect((await get(name, 'a'))?.value).toEqual({ text: 'after' });
  expect(await search(name, { query: 'before' })).toEqual([]);
});

test('after a change of the model, items are embedded anew, each once', async () => {
  const name = ['changed'];
  await put(name, 'all', { text: 'lighthouse', more: ['owl'] });
  await put(name, 'one', { text: 'lighthouse', more: ['owl'] }, { index: ['more[*]'] });
  await put(name, 'none', { text: 'lighthouse' }, { index: false });
  const other: TextEmbedder = { ...embedder, model: 'other' };
  const searchOther = (query: string) =>
    searchItems(db(), other, { prefix: name, query, limit: 10, offset: 0 });
  expect(await searchOther('owl')).toEqual([]);
  const counts = await Promise.all([embedItems(db(), other, { batch: 3 }), embedItems(db(), other)]);
  expect(counts[0] + counts[1]).toBeGreaterThanOrEqual(2);
  expect(await embedItems(db(), other)).toBe(0);
  expect(await keysOf(searchOther('owl'))).toEqual(['one', 'all']);
  expect((await searchOther('owl'))[0]?.score).toBeCloseTo(1, 5);
  expect(await keysOf(search(name, { query: 'owl' }))).toEqual(['one', 'all']);
  await put(name, 'all', { text: 'fox' });
  expect(await keysOf(searchOther('owl'))).toEqual(['one']);
});

test('writers of one item at once leave one of the values, with its vectors', async () => {
  const texts = Array.from({ length: 12 }, (_, at) => `text number ${at} ${'abcdefghijkl'[at]?.repeat(9)}`);
  await Promise.all(texts.map((text) => put(['race'], 'a', { text })));
  const [item] = await search(['race']);
  const text = String(item?.value.text);
  expect(texts).toContain(text);
  expect((await search(['race'], { query: text }))[0]?.score).toBeCloseTo(1, 5);
  const { rows } = await sql`select from baton.store_vector join baton.store_item using (item_id)
    where namespace = array['race']`.execute(db());
  expect(rows).toHaveLength(1);
});

test('namespaces are listed by prefix, suffix, wildcards and depth, each once', async () => {
  for (const name of ['ls.a.x', 'ls.a.y.z', 'ls.b.x', 'ls.b.y', 'ls.c']) await put(name.split('.'), 'k', {});
  await put(['ls', 'c'], 'other', {});
  const list = async (more: object) =>
    (await listNamespaces(db(), { limit: 100, offset: 0, ...more })).map((labels) => labels.join('.'));
  expect(await list({ prefix: ['ls'] })).toEqual(['ls.a.x', 'ls.a.y.z', 'ls.b.x', 'ls.b.y', 'ls.c']);
  expect(await list({ prefix: ['ls'], maxDepth: 2 })).toEqual(['ls.a', 'ls.b', 'ls.c']);
  expect(await list({ prefix: ['ls', '*', 'y'] })).toEqual(['ls.a.y.z', 'ls.b.y']);
  expect(await list({ prefix: ['*', 'b'] })).toEqual(['ls.b.x', 'ls.b.y']);
  expect(await list({ suffix: ['x'], prefix: ['ls'] })).toEqual(['ls.a.x', 'ls.b.x']);
  expect(await list({ suffix: ['b', '*'] })).toEqual(['ls.b.x', 'ls.b.y']);
  expect(await list({ suffix: ['y', '*'], prefix: ['ls', 'a'] })).toEqual(['ls.a.y.z']);
  expect(await list({ suffix: ['*', '*', '*', '*', 'x'] })).toEqual([]);
  expect(await list({ prefix: ['ls'], limit: 2, offset: 1 })).toEqual(['ls.a.y.z', 'ls.b.x']);
  expect(await list({ prefix: ['ls'], maxDepth: 1 })).toEqual(['ls']);
});

test.each<[string, Partial<PutItem>, string]>([
  ['no labels', { namespace: [] }, 'namespace'],
  ['an empty label', { namespace: ['a', ''] }, 'namespace.1'],
  ['a label with a dot', { namespace: ['a.b'] }, 'namespace.0'],
  ['a label with U+0000', { namespace: ['a\0'] }, 'namespace.0'],
  ['too many labels', { namespace: Array.from({ length: 33 }, () => 'a') }, 'namespace'],
  ['too long a namespace', { namespace: ['ü'.repeat(513)] }, 'namespace'],
  ['too long a key', { key: 'ü'.repeat(513) }, 'key'],
  ['a key with U+0000', { key: '\0' }, 'key'],
  ['a value with U+0000', { value: { a: ['\0'] } }, 'value.a.0'],
  ['a name in a value with U+0000', { value: { a: { '\0': 1 } } }, 'value.a'],
  ['a number that is none', { value: { a: Number.NaN } }, 'value.a'],
  ['too large a value', { value: { a: 'x'.repeat(1024 * 1024) } }, 'value'],
  ['no time to live', { ttl: 0 }, 'ttl'],
  ['too long a time to live', { ttl: 1e12 }, 'ttl'],
  ['a path that cannot be read', { index: ['a', 'b['] }, 'index.1'],
  ['too many fields', { index: Array.from({ length: 33 }, (_, at) => `f${at}`) }, 'index'],
  ['too many texts', { index: ['a[*]'], value: { a: Array.from({ length: 65 }, () => 'x') } }, 'index'],
])('%s is refused, and told where', async (_, wrong, path) => {
  const item = { namespace: ['refused'], key: 'k', value: {}, ...wrong };
  await expect(putItem(db(), embedder, item)).rejects.toMatchObject({
    code: 'invalid-request',
    issues: [{ path, message: expect.any(String) }],
  });
  expect(await search(['refused'])).toEqual([]);
});

test('the longest names are kept and found', async () => {
  const name = [...Array.from({ length: 31 }, (_, at) => `${at % 10}`.repeat(31)), 'ü'.repeat(31)];
  for (const end of ['1', '2']) await put(name, `${'日'.repeat(340)}${end}`, {});
  expect((await get(name, `${'日'.repeat(340)}1`))?.namespace).toEqual(name);
  expect(await search(name)).toHaveLength(2);
});

test('an answer that would be too large is refused, and the limit helps', async () => {
  const text = 'x'.repeat(1_000_000);
  for (let at = 0; at < 34; at += 1) await put(['large'], `${at}`, { text }, { index: false });
  await expect(search(['large'], { limit: 100 })).rejects.toMatchObject({ code: 'too-large' });
  expect(await search(['large'], { limit: 3 })).toHaveLength(3);
  await sql`delete from baton.store_item where namespace = array['large']`.execute(db());
});
