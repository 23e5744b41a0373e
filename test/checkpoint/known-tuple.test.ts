import { afterAll, expect, test } from 'vitest';
import type { KnownTuple } from '../../src/checkpoint/known-tuple.ts';
import { KyselySaver } from '../../src/checkpoint/kysely-saver.ts';
import { makeTestDatabase } from '../support/test-database.ts';
import { countStatements, human, makeChat, on } from './support.ts';

const { database, drop } = await makeTestDatabase();
afterAll(drop);

const { db, count } = countStatements(database.db);
const saver = new KyselySaver(db, { appendOnly: ['messages'] });
const chat = makeChat(saver);

/** The newest state of a thread, for a run that knows something of it. */
const of = (thread: string, known: KnownTuple) => ({
  configurable: { ...on(thread).configurable, known },
});

test('the state that a run has read is not read again by its graph', async () => {
  await chat.invoke({ messages: [human('1')] }, on('again'));
  const known: KnownTuple = {};
  count();
  const before = await chat.getState(of('again', known));
  const { messages } = await chat.invoke({ messages: [human('2')] }, of('again', known));
  expect(count()).toBe(1 + 3 + 2); // one state read, three saved, the writes of two tasks
  expect(messages.map(({ id }) => id)).toEqual(['1', '1-reply', '2', '2-reply']);
  expect(before.values.messages).toHaveLength(2);
  expect((await chat.getState(of('again', known))).values.messages).toHaveLength(4);
});

test('a thread that is known to have no state is not looked for', async () => {
  count();
  await chat.invoke({ messages: [human('1')] }, of('new', { tuple: null }));
  expect(count()).toBe(3 + 2);
});

test('an older state is read, whatever is known of the newest', async () => {
  await chat.invoke({ messages: [human('1')] }, on('older'));
  const known: KnownTuple = {};
  const newest = await saver.getTuple(of('older', known));
  const parent = newest?.parentConfig?.configurable?.checkpoint_id;
  const older = await saver.getTuple({
    configurable: { ...of('older', known).configurable, checkpoint_id: parent },
  });
  expect(older?.checkpoint.id).toBe(parent);
  count();
  const same = { ...of('older', known).configurable, checkpoint_id: newest?.checkpoint.id };
  expect(await saver.getTuple({ configurable: same })).toBe(newest);
  expect(count()).toBe(0);
});

test('a state with writes of its own is read each time, since LangGraph changes what it is given', async () => {
  await chat.invoke({ messages: [human('1')] }, on('handed-in'));
  const known: KnownTuple = {};
  const place = await chat.updateState(on('handed-in'), { messages: [human('2')] });
  await saver.putWrites(place, [['agent', 'late']], '00000000-0000-0000-0000-000000000000');
  const first = await saver.getTuple(of('handed-in', known));
  expect(first?.pendingWrites).not.toEqual([]);
  expect(await saver.getTuple(of('handed-in', known))).not.toBe(first);
});
