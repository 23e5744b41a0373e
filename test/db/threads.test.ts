import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { deleteThreads } from '../../src/db/delete-idle-threads.ts';
import {
  countThreads,
  createThread,
  getThread,
  patchThread,
  searchThreads,
  type ThreadPage,
} from '../../src/db/threads.ts';
import { makeTestDatabase, type TestDatabase } from '../support/test-database.ts';

let made: TestDatabase;
const page: ThreadPage = { limit: 10, offset: 0, sortBy: 'created_at', sortOrder: 'desc' };

beforeAll(async () => {
  made = await makeTestDatabase();
});
afterAll(() => made.drop());

async function make(metadata: { [key: string]: string | number | string[] }): Promise<string> {
  const threadId = randomUUID();
  await createThread(made.database.db, { threadId, metadata });
  return threadId;
}

test('a thread is made once under an id', async () => {
  const { db } = made.database;
  const threadId = randomUUID();
  const thread = await createThread(db, { threadId, metadata: { a: 1 } });
  expect(thread).toMatchObject({ thread_id: threadId, status: 'idle', metadata: { a: 1 }, graph: null });
  expect(await createThread(db, { threadId, metadata: {} })).toBeUndefined();
  expect(await getThread(db, threadId)).toEqual(thread);
});

test('threads are found by what their metadata contains, whatever it says', async () => {
  const { db } = made.database;
  const odd = `"'); drop table baton.thread; --`;
  const threadId = await make({ odd, tags: ['x', 'y'] });
  for (const metadata of [{ odd }, { tags: ['y'] }, { odd, tags: ['x'] }]) {
    expect((await searchThreads(db, { metadata }, page)).map(({ thread_id }) => thread_id)).toEqual([
      threadId,
    ]);
    expect(await countThreads(db, { metadata })).toBe(1);
  }
  expect(await countThreads(db, { metadata: { odd: 'other' } })).toBe(0);
});

test('pages follow the order and miss nothing', async () => {
  const { db } = made.database;
  const ids = [await make({ of: 'pages' }), await make({ of: 'pages' }), await make({ of: 'pages' })];
  for (const [second, threadId] of ids.entries()) // embedded Postgres may make two within one tick of its clock
    await db
      .updateTable('baton.thread')
      .set({ created_at: new Date(1_000 * second) })
      .where('thread_id', '=', threadId)
      .execute();
  const metadata = { of: 'pages' };
  const pages = [0, 1, 2, 3].map((offset) => searchThreads(db, { metadata }, { ...page, limit: 1, offset }));
  const found = (await Promise.all(pages)).flat().map(({ thread_id }) => thread_id);
  expect(found).toEqual(ids.toReversed());
  const sorted = await searchThreads(db, { metadata }, { ...page, sortBy: 'thread_id', sortOrder: 'asc' });
  expect(sorted.map(({ thread_id }) => thread_id)).toEqual(ids.toSorted());
});

test('filters of ids, status and graph hold together', async () => {
  const { db } = made.database;
  const ids = [await make({ graph_id: 'desk' }), await make({}), await make({})];
  expect(await countThreads(db, { ids })).toBe(3);
  expect(await countThreads(db, { ids, graph: 'desk' })).toBe(1);
  expect(await countThreads(db, { ids, graph: 'desk', status: 'busy' })).toBe(0);
  expect(await countThreads(db, { ids: [] })).toBe(0);
});

test('temporary threads are not found', async () => {
  const { db } = made.database;
  const threadId = await make({ of: 'temporary' });
  await db.updateTable('baton.thread').set({ temporary: true }).where('thread_id', '=', threadId).execute();
  expect(await searchThreads(db, { metadata: { of: 'temporary' } }, page)).toEqual([]);
});

test('metadata grows key by key', async () => {
  const { db } = made.database;
  const threadId = await make({ a: 1, b: 1 });
  expect(await patchThread(db, threadId, { b: 2, c: 3 })).toMatchObject({ metadata: { a: 1, b: 2, c: 3 } });
  expect(await patchThread(db, randomUUID(), {})).toBeUndefined();
});

test('a busy thread is not deleted', async () => {
  const { db } = made.database;
  const threadId = await make({});
  await db.updateTable('baton.thread').set({ status: 'busy' }).where('thread_id', '=', threadId).execute();
  expect(await deleteThreads(db, [threadId])).toEqual([]);
  await db.updateTable('baton.thread').set({ status: 'idle' }).where('thread_id', '=', threadId).execute();
  expect(await deleteThreads(db, [threadId])).toEqual([threadId]);
  expect(await deleteThreads(db, [threadId])).toEqual([]);
});
