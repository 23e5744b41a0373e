import { Annotation, END, START, StateGraph } from '@langchain/langgraph';
import { sql } from 'kysely';
import { afterAll, expect, test } from 'vitest';
import { keepLatest } from '../../src/checkpoint/keep-latest.ts';
import { KyselySaver } from '../../src/checkpoint/kysely-saver.ts';
import type { Message } from '../../src/message.ts';
import { makeTestDatabase } from '../support/test-database.ts';
import { ai, allOf, countStatements, human, on } from './support.ts';

const { database, drop } = await makeTestDatabase();
const { db } = database;
afterAll(drop);

const State = Annotation.Root({
  messages: Annotation<Message[]>({ reducer: (left, right) => left.concat(right), default: () => [] }),
  count: Annotation<number>,
  notes: Annotation<{ last: string; kept?: unknown }>,
  text: Annotation<string>,
});

/** Each turn has two steps; the first takes the note and the text, if there are any, and the second counts. */
function makeNotes(saver = new KyselySaver(db, { appendOnly: ['messages'] })) {
  return new StateGraph(State)
    .addNode('take', ({ messages }) => {
      const { id, content } = messages.at(-1) ?? {};
      const text = String(content);
      return { messages: [ai(`${id}-taken`)], ...(text && { notes: { last: text }, text }) };
    })
    .addNode('add', ({ count = 0 }) => ({ count: count + 1 }))
    .addEdge(START, 'take')
    .addEdge('take', 'add')
    .addEdge('add', END)
    .compile({ checkpointer: saver });
}

async function rowsOf(thread: string): Promise<Record<string, number>> {
  const { rows } = await sql<{ channel: string; count: number }>`
    select channel, count(*)::int as count from baton.checkpoint_value where thread_id = ${thread} group by channel`.execute(
    db,
  );
  return Object.fromEntries(rows.map(({ channel, count }) => [channel, count]));
}

test('short values have no rows of their own, and long ones have one for each version', async () => {
  const graph = makeNotes();
  await graph.invoke({ messages: [human('1', 'short')] }, on('rows'));
  expect(await rowsOf('rows')).toEqual({ messages: 2 });
  await graph.invoke({ messages: [human('2', 'long '.repeat(200))] }, on('rows'));
  expect(await rowsOf('rows')).toEqual({ messages: 4, __start__: 1, notes: 1, text: 1 });
});

test('every state of the history has the values that it had, short or long, changed or not', async () => {
  const graph = makeNotes();
  const contents = ['a', 'b'.repeat(600), '', 'c', '', 'd'.repeat(2000)];
  for (const [turn, content] of contents.entries()) {
    await graph.invoke({ messages: [human(`${turn}`, content)] }, on('history'));
  }
  const ends = (await allOf(graph.getStateHistory(on('history')))).filter(({ next }) => next.length === 0);
  const texts = ends.map(({ values }) => values.text).reverse();
  expect(texts).toEqual(['a', contents[1], contents[1], 'c', 'c', contents[5]]);
  expect(ends.map(({ values }) => values.notes.last).reverse()).toEqual(texts);
  expect(ends.map(({ values }) => values.count)).toEqual([6, 5, 4, 3, 2, 1]);
});

test('a short value that was replaced by a long one and is short again reads as it is', async () => {
  const graph = makeNotes();
  for (const content of ['a', 'b'.repeat(600), 'c']) {
    await graph.updateState(on('turns'), { text: content }, 'take');
    expect((await graph.getState(on('turns'))).values.text).toBe(content);
  }
  await keepLatest(db, 'turns');
  expect((await graph.getState(on('turns'))).values.text).toBe('c');
  expect(await rowsOf('turns')).toEqual({});
});

test('what JSON has no form for comes back from a checkpoint’s row too', async () => {
  const kept = { date: new Date(0), big: 3n, nothing: undefined, $baton: 'mine', nul: 'a\0b' };
  const graph = makeNotes();
  await graph.updateState(on('tagged'), { notes: { last: 'x', kept }, count: Number.NaN }, 'add');
  const { values } = await graph.getState(on('tagged'));
  expect(values.notes).toEqual({ last: 'x', kept });
  expect(values.count).toBeNaN();
});

test('an object that was changed in place and handed in again is stored as it is now', async () => {
  const notes = { last: 'before' };
  const graph = makeNotes();
  await graph.updateState(on('in place'), { notes }, 'add');
  notes.last = 'after';
  await graph.updateState(on('in place'), { notes }, 'add');
  const [after, before] = await allOf(graph.getStateHistory(on('in place')));
  expect(after?.values.notes).toEqual({ last: 'after' });
  expect(before?.values.notes).toEqual({ last: 'before' });
});

test('a copy of a thread’s first state has its values', async () => {
  const graph = makeNotes();
  await graph.updateState(on('copy'), { text: 'mine', notes: { last: 'x'.repeat(600) }, count: 3 }, 'add');
  const { config } = await graph.getState(on('copy'));
  const copied = await graph.updateState(config, null, '__copy__');
  expect(copied.configurable?.checkpoint_id).not.toBe(config.configurable?.checkpoint_id);
  const { values } = await makeNotes().getState(copied);
  expect(values).toEqual((await graph.getState(config)).values);
  expect(values).toMatchObject({ text: 'mine', count: 3 });
});

test('a thread whose short values have rows of their own, as they once had, reads and goes on', async () => {
  const graph = makeNotes();
  for (const turn of ['1', '2']) await graph.invoke({ messages: [human(turn, 'then')] }, on('then'));
  const before = await allOf(graph.getStateHistory(on('then')));
  await sql`
    insert into baton.checkpoint_value (thread_id, checkpoint_ns, channel, version, data)
    select distinct c.thread_id, c.checkpoint_ns, own.key, c.checkpoint -> 'channel_versions' ->> own.key, own.value::text
    from baton.checkpoint c cross join json_each(c.checkpoint -> 'channel_values') own where thread_id = 'then'`.execute(
    db,
  );
  await sql`
    update baton.checkpoint set checkpoint = (
      select json_object_agg(key, value) from json_each(checkpoint) where key <> 'channel_values'
    ) where thread_id = 'then'`.execute(db);
  const fresh = makeNotes();
  expect(await allOf(fresh.getStateHistory(on('then')))).toEqual(before);
  await fresh.invoke({ messages: [human('3', '')] }, on('then'));
  const { values } = await makeNotes().getState(on('then'));
  expect(values).toMatchObject({ count: 3, text: 'then', notes: { last: 'then' } });
  expect(values.messages).toHaveLength(6);
});

test('the first state of a thread costs no look at what was before', async () => {
  const counted = countStatements(db);
  const graph = makeNotes(new KyselySaver(counted.db, { appendOnly: ['messages'] }));
  await graph.invoke({ messages: [human('1')] }, { ...on('first'), durability: 'exit' });
  expect(counted.count()).toBe(2);
});
