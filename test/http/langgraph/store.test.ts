import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Client } from '@langchain/langgraph-sdk';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ModelError } from '../../../src/model/chat-model.ts';
import { startService, type TestService } from '../../support/start-service.ts';

let service: TestService;
let client: Client;

beforeAll(async () => {
  service = await startService();
  client = new Client({ apiUrl: service.url, apiKey: null, callerOptions: { maxRetries: 0 } });
});
afterAll(() => service.stop());

const json = { 'content-type': 'application/json' };

async function send(method: string, path: string, body?: unknown): Promise<Response> {
  const sent = body === undefined ? {} : { body: JSON.stringify(body), headers: json };
  return fetch(`${service.url}${path}`, { method, ...sent });
}

test('the SDK keeps, gets, finds, lists and deletes items', async () => {
  const { store } = client;
  const name = ['users', 'ada', 'memories'];
  expect(await store.getItem(name, 'diet')).toBeNull();
  await store.putItem(name, 'diet', { text: 'Ada eats no meat.', kind: 'food', age: 36 });
  await store.putItem(name, 'sport', { text: 'Ada plays tennis.', kind: 'sport', age: 40 });
  const item = await store.getItem(name, 'diet');
  expect(item).toEqual({
    namespace: name,
    key: 'diet',
    value: { text: 'Ada eats no meat.', kind: 'food', age: 36 },
    created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    updated_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    createdAt: expect.any(String),
    updatedAt: expect.any(String),
  });

  const { items } = await store.searchItems(['users']);
  expect(items.map(({ key }) => key)).toEqual(['sport', 'diet']);
  const food = await store.searchItems(['users', 'ada'], { filter: { kind: 'food', age: { $lt: 40 } } });
  expect(food.items.map(({ key }) => key)).toEqual(['diet']);
  const near = await store.searchItems(['users'], { query: 'Who plays tennis?', limit: 1 });
  expect(near.items).toMatchObject([{ key: 'sport', score: expect.any(Number) }]);

  expect(await store.listNamespaces({ prefix: ['users', '*'], maxDepth: 2 })).toEqual({
    namespaces: [['users', 'ada']],
  });
  await store.deleteItem(name, 'diet');
  expect(await store.getItem(name, 'diet')).toBeNull();
});

test('a time to live and the fields to index go through the SDK', async () => {
  const { store } = client;
  await store.putItem(['ttl'], 'a', { text: 'owl' }, { ttl: 5, index: false });
  await store.putItem(['ttl'], 'b', { text: 'owl', hidden: 'fox' }, { index: ['text'] });
  const { items } = await store.searchItems(['ttl'], { query: 'owl', refreshTtl: false });
  expect(items.map(({ key }) => key)).toEqual(['b']);
  const left = async () =>
    service.context.db
      .selectFrom('baton.store_item')
      .select('expires_at')
      .where('key', '=', 'a')
      .executeTakeFirstOrThrow();
  const first = await left();
  await store.getItem(['ttl'], 'a', { refreshTtl: false });
  expect(await left()).toEqual(first);
  await store.getItem(['ttl'], 'a', { refreshTtl: true });
  expect(Number((await left()).expires_at)).toBeGreaterThan(Number(first.expires_at));
});

test('the answers have the statuses and shapes of the hosted server', async () => {
  const put = await send('PUT', '/store/items', { namespace: ['w'], key: 'k', value: { a: 1 } });
  expect([put.status, await put.text()]).toEqual([204, '']);
  const got = await send('GET', '/store/items?namespace=w&key=k');
  expect(Object.keys((await got.json()) as object)).toEqual([
    'namespace',
    'key',
    'value',
    'created_at',
    'updated_at',
  ]);
  const missing = await send('GET', '/store/items?namespace=w&key=other');
  expect([missing.status, await missing.json()]).toEqual([200, null]);
  const found = await send('POST', '/store/items/search', { namespace_prefix: null });
  expect(found.status).toBe(200);
  const deleted = await send('DELETE', '/store/items', { namespace: ['w'], key: 'k' });
  expect([deleted.status, await deleted.text()]).toEqual([204, '']);
  const listed = await send('POST', '/store/namespaces', { prefix: ['w'] });
  expect(await listed.json()).toEqual({ namespaces: [] });
});

test.each<[string, string, string, unknown, string]>([
  ['an empty label', 'PUT', '/store/items', { namespace: ['a', ''], key: 'k', value: {} }, 'namespace.1'],
  ['a label with a dot', 'PUT', '/store/items', { namespace: ['a.b'], key: 'k', value: {} }, 'namespace.0'],
  ['no labels', 'PUT', '/store/items', { namespace: [], key: 'k', value: {} }, 'namespace'],
  ['no namespace', 'PUT', '/store/items', { key: 'k', value: {} }, 'namespace'],
  ['no key', 'PUT', '/store/items', { namespace: ['a'], value: {} }, 'key'],
  ['a value that is no object', 'PUT', '/store/items', { namespace: ['a'], key: 'k', value: [1] }, 'value'],
  ['no value', 'PUT', '/store/items', { namespace: ['a'], key: 'k', value: null }, 'value'],
  [
    'an index of true',
    'PUT',
    '/store/items',
    { namespace: ['a'], key: 'k', value: {}, index: true },
    'index',
  ],
  ['a ttl of nothing', 'PUT', '/store/items', { namespace: ['a'], key: 'k', value: {}, ttl: 0 }, 'ttl'],
  ['a body of U+0000', 'PUT', '/store/items', { namespace: ['a'], key: '\0', value: {} }, 'key'],
  ['a GET without a namespace', 'GET', '/store/items?key=k', undefined, 'namespace'],
  ['a GET with no labels', 'GET', '/store/items?namespace=&key=k', undefined, 'namespace'],
  ['a GET with an empty label', 'GET', '/store/items?namespace=a..b&key=k', undefined, 'namespace.1'],
  ['a GET without a key', 'GET', '/store/items?namespace=a', undefined, 'key'],
  ['a DELETE without a body', 'DELETE', '/store/items', undefined, 'namespace'],
  [
    'an empty label of a prefix',
    'POST',
    '/store/items/search',
    { namespace_prefix: [''] },
    'namespace_prefix.0',
  ],
  ['an unknown operator', 'POST', '/store/items/search', { filter: { a: { $like: 1 } } }, 'filter.a.$like'],
  ['a limit of 0', 'POST', '/store/items/search', { limit: 0 }, 'limit'],
  ['an empty label of a suffix', 'POST', '/store/namespaces', { suffix: ['a', ''] }, 'suffix.1'],
])('%s is 422, and told where', async (_, method, path, body, where) => {
  const response = await send(method, path, body);
  expect(response.status).toBe(422);
  const { detail } = (await response.json()) as { detail: string };
  expect(detail).toContain(`${where}: `);
});

test('an embedding model that is away is 503, and what was there stays', async () => {
  const { store } = client;
  await store.putItem(['away'], 'k', { text: 'before' });
  const { embedder } = service.context;
  const { embed } = embedder;
  embedder.embed = () => Promise.reject(new ModelError('unavailable', 'The model is away.'));
  try {
    for (const [method, path, body] of [
      ['PUT', '/store/items', { namespace: ['away'], key: 'k', value: { text: 'after' } }],
      ['POST', '/store/items/search', { query: 'x' }],
    ] as const) {
      const response = await send(method, path, body);
      expect(response.status).toBe(503);
      expect(await response.json()).toMatchObject({ detail: expect.stringContaining('The model is away.') });
    }
  } finally {
    embedder.embed = embed;
  }
  expect((await store.getItem(['away'], 'k'))?.value).toEqual({ text: 'before' });
});

const list = path.resolve(import.meta.dirname, '../../../../shared/data/naughty_strings/blns.json');
const missing = existsSync(list) ? '' : ` (skipped: there is no ${list})`;

test.skipIf(missing)(
  `texts of every kind come back as they were sent${missing}`,
  async () => {
    const { store } = client;
    const texts = naughty();
    expect(texts.length).toBeGreaterThan(400);
    const names = texts.map((text, at) => ['blns', `${at}`, text.replaceAll('.', '') || 'empty']);
    const each = (work: (text: string, name: string[], at: number) => Promise<void>) =>
      Promise.all(texts.map((text, at) => work(text, names[at] ?? [], at)));

    await each(async (text, name, at) => {
      const value = { text, [text]: [text] };
      await store.putItem(name, text, value, { index: at % 20 === 0 ? null : false });
      expect(await store.getItem(name, text)).toMatchObject({ namespace: name, key: text, value });
      const { items } = await store.searchItems(name.slice(0, 2), { filter: { text: { $eq: text } } });
      expect(items.map(({ key }) => key)).toEqual([text]);
    });
    const { namespaces } = await store.listNamespaces({ prefix: ['blns', '*'], limit: 1000 });
    expect(new Set(namespaces.map(String))).toEqual(new Set(names.map(String)));
    for (const query of texts.filter((text, at) => text !== '' && at % 40 === 0)) {
      expect((await store.searchItems(['blns'], { query })).items).toHaveLength(10);
    }
    await each((text, name) => store.deleteItem(name, text));
    expect((await store.searchItems(['blns'])).items).toEqual([]);
  },
  60_000,
);

/** The list, and what JSON and addresses make hard, without U+0000. */
function naughty(): string[] {
  const texts = JSON.parse(readFileSync(list, 'utf8')) as string[]; // the file is a list of texts
  const more = [
    'null',
    'NULL',
    '{}',
    '{a,b}',
    '"',
    '\\',
    "'",
    '%',
    '%2E',
    '+',
    '&',
    '#',
    '?',
    '*',
    ' ',
    '\t',
    '\u0001',
  ];
  return [...texts, ...more].map((text) => text.toWellFormed()).filter((text) => !text.includes('\0'));
}
