import { randomUUID } from 'node:crypto';
import type { RunnableConfig } from '@langchain/core/runnables';
import { emptyCheckpoint, uuid6 } from '@langchain/langgraph-checkpoint';
import fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, expect, test } from 'vitest';
import type { CheckpointJournal, GatheredCheckpoint } from '../../src/checkpoint/checkpoint-journal.ts';
import { copyCheckpoints } from '../../src/checkpoint/copy-checkpoints.ts';
import { deleteRunCheckpoints } from '../../src/checkpoint/delete-run-checkpoints.ts';
import { keepLatest } from '../../src/checkpoint/keep-latest.ts';
import { KyselySaver } from '../../src/checkpoint/kysely-saver.ts';
import { measureThread } from '../../src/checkpoint/measure-thread.ts';
import { hasValues } from '../../src/db/has-values.ts';
import { createThread } from '../../src/db/threads.ts';
import { inTenant, localTenant } from '../../src/tenancy.ts';
import { runsOf, seedOf } from '../support/property-runs.ts';
import { makeTestDatabase } from '../support/test-database.ts';
import { on, openJournal, writeStates } from './support.ts';

const { database, drop } = await makeTestDatabase();
const { db } = database;
afterAll(drop);

interface Saved {
  config: RunnableConfig;
  items: readonly object[];
  version: number | undefined;
}

/** A thread whose states a run saves one after another, as objects that it hands on; `put` takes them in the journal's place. */
function begin(thread: string, put?: CheckpointJournal['put']) {
  const open = () => {
    const { journal, finish } = openJournal(db, thread);
    return { id: randomUUID(), finish, journal: { ...journal, ...(put && { put }) } };
  };
  let saver = new KyselySaver(db, { appendOnly: ['messages'] });
  let run = open();
  const states: Saved[] = [{ config: on(thread), items: [], version: undefined }];
  return {
    states,
    last: () => states.at(-1) as Saved, // it begins with one
    save: () => run.journal.saved(),
    /** The states of the run so far are written, and another one, of another process, goes on from a state that it reads. */
    async goOn(from: Saved): Promise<Saved> {
      await run.finish();
      saver = new KyselySaver(db, { appendOnly: ['messages'] });
      run = open();
      return from.version === undefined ? from : { ...from, items: await itemsAt(from, saver) };
    },
    async put({ config, version }: Saved, items: object[]): Promise<Saved> {
      const messages = saver.getNextVersion(version);
      const state = { ...emptyCheckpoint(), id: uuid6(0), channel_versions: { messages } };
      const configurable = { ...config.configurable, run_id: run.id, journal: run.journal };
      const saved = await saver.put(
        { configurable },
        { ...state, channel_values: { messages: items } },
        { source: 'loop', step: 0, parents: {} },
        { messages },
      );
      states.push({ config: saved, items, version: messages });
      return states.at(-1) as Saved; // see above
    },
    async finish() {
      await run.finish();
      return run.id;
    },
  };
}

async function itemsAt(
  { config }: Saved,
  saver = new KyselySaver(db, { appendOnly: ['messages'] }),
): Promise<object[]> {
  return (await saver.getTuple(config))?.checkpoint.channel_values.messages as object[];
}

async function rowsOf(thread: string): Promise<{ start: number; end: number; versions: number }[]> {
  const { rows } = await sql<{ start: number; end: number; versions: number }>`
    select chain_start as start, chain_end as end,
      coalesce((select count(*) from jsonb_object_keys(steps)), 1)::int as versions
    from baton.checkpoint_value where thread_id = ${thread} order by version`.execute(db);
  return rows;
}

const item = (id: string) => ({ id, content: `a line,\nand "another",\n{"of": [${id}]}` });

/** A run of some steps, each of which adds an item, and is written before the next. */
async function runOf(thread: ReturnType<typeof begin>, from: Saved, ids: string[]): Promise<Saved> {
  let state = from;
  for (const id of ids) {
    state = await thread.put(state, [...state.items, item(id)]);
    await thread.save();
  }
  return state;
}

test('what the steps of a run add to an array is one row, however many times they are written', async () => {
  const name = randomUUID();
  const thread = begin(name);
  await runOf(thread, thread.last(), ['a', 'b', 'c']);
  await runOf(thread, await thread.goOn(thread.last()), ['d', 'e']);
  await thread.finish();
  expect(await rowsOf(name)).toEqual([
    { start: 0, end: 3, versions: 3 },
    { start: 3, end: 5, versions: 2 },
  ]);
  for (const state of thread.states.slice(1)) expect(await itemsAt(state)).toEqual(state.items);
  expect((await measureThread(db, name)).channels.messages?.count).toBe(5);
});

test('a row that gets long is followed by another', async () => {
  const thread = begin('long');
  let state = thread.last();
  for (const id of ['a', 'b', 'c', 'd'])
    state = await thread.put(state, [...state.items, { id, content: id.repeat(5_000) }]);
  await thread.finish();
  expect((await rowsOf('long')).map(({ versions }) => versions)).toEqual([2, 2]);
  expect(await itemsAt(state)).toEqual(state.items);
});

test('a row has so many steps and no more, even where they add nothing', async () => {
  const thread = begin('many');
  let state = thread.last();
  for (let at = 0; at < 70; at++) state = await thread.put(state, at === 0 ? [item('a')] : [...state.items]);
  await thread.finish();
  expect((await rowsOf('many')).map(({ versions }) => versions)).toEqual([32, 32, 6]);
  expect(await itemsAt(state)).toEqual(state.items);
});

test('a run that goes on from the middle of a row begins a branch, and both stay as they are', async () => {
  const thread = begin('fork');
  const trunk = await runOf(thread, thread.last(), ['a', 'b', 'c', 'd']);
  const [, , second] = thread.states;
  if (!second) throw new Error('there are four');
  const branch = await runOf(thread, await thread.goOn(second), ['x', 'y']);
  await runOf(thread, await thread.goOn(trunk), ['e']);
  const last = await runOf(thread, await thread.goOn(branch), ['z']);
  const run = await thread.finish();
  for (const state of thread.states.slice(1)) expect(await itemsAt(state)).toEqual(state.items);
  await deleteRunCheckpoints(db, 'fork', run);
  expect(await itemsAt(branch)).toEqual(branch.items);
  await copyCheckpoints(db, 'fork', 'fork-copy');
  await keepLatest(db, 'fork', [branch.config.configurable?.checkpoint_id]);
  expect(await itemsAt(branch)).toEqual(branch.items);
  expect(last.items).toHaveLength(5);
  const copied = { ...branch, config: on('fork-copy', branch.config.configurable?.checkpoint_id) };
  expect(await itemsAt(copied)).toEqual(branch.items);
});

test('a branch from the middle of a row whose first step adds nothing leaves the row as it is', async () => {
  const thread = begin('nothing-first');
  await runOf(thread, thread.last(), ['a', 'b', 'c', 'd']);
  const [, , second] = thread.states;
  if (!second) throw new Error('there are four');
  const from = await thread.goOn(second);
  const first = await thread.put(from, [...from.items]);
  await thread.put(first, [...from.items, item('x')]);
  await thread.finish();
  for (const state of thread.states.slice(1)) expect(await itemsAt(state)).toEqual(state.items);
});

test('an array that was edited within one batch is stored beside what it was before', async () => {
  const thread = begin('edited');
  const first = await thread.put(thread.last(), [item('a')]);
  await thread.put(first, [...first.items, item('b')]);
  await thread.put(thread.last(), [...first.items, item('c')]);
  await thread.finish();
  for (const state of thread.states.slice(1)) expect(await itemsAt(state)).toEqual(state.items);
});

test('a step that is saved by itself comes between two rows, and nothing is lost', async () => {
  const thread = begin('between');
  const before = await runOf(thread, thread.last(), ['a', 'b']);
  const alone = new KyselySaver(db, { appendOnly: ['messages'] });
  const items = [...(await itemsAt(before, alone)), item('c')];
  const messages = alone.getNextVersion(before.version);
  await alone.put(
    before.config,
    {
      ...emptyCheckpoint(),
      id: uuid6(0),
      channel_versions: { messages },
      channel_values: { messages: items },
    },
    { source: 'update', step: 2, parents: {} },
    { messages },
  );
  const branch = await runOf(thread, before, ['d', 'e']); // which knows nothing of it
  await thread.finish();
  for (const state of thread.states.slice(1)) expect(await itemsAt(state)).toEqual(state.items);
  expect(branch.items).toHaveLength(4);
});

test('a step that was to go to a row which was saved otherwise meanwhile is saved by itself', async () => {
  const gathered: GatheredCheckpoint[] = [];
  const thread = begin('refused', (one) => void gathered.push(one));
  await runOf(thread, thread.last(), ['a', 'b', 'c']);
  const [first, second, third] = gathered;
  if (!first || !second || !third) throw new Error('there are three');
  await first.saveAlone();
  await second.saveAlone();
  expect(await writeStates(db, 'refused', [third])).toBe(false);
  await third.saveAlone();
  await runOf(thread, thread.last(), ['d']);
  expect(await writeStates(db, 'refused', gathered.slice(3))).toBe(true);
  for (const state of thread.states.slice(1)) expect(await itemsAt(state)).toEqual(state.items);
});

test('threads are found by what their newest state has, and not by what a row has beside it', () =>
  inTenant(localTenant, async () => {
    const threadId = randomUUID();
    await createThread(db, { threadId, metadata: {} });
    const thread = begin(threadId);
    const trunk = await runOf(thread, thread.last(), ['a', 'b', 'c']);
    const [, first] = thread.states;
    if (!first) throw new Error('there are three');
    await runOf(thread, await thread.goOn(first), ['x']);
    const found = async (ids: string[]) => {
      const messages = ids.map((id) => ({ id }));
      const query = db.selectFrom('baton.thread').select('thread_id').where(hasValues({ messages }));
      return (await query.execute()).length;
    };
    await thread.goOn(trunk);
    expect(await Promise.all([['a'], ['a', 'x'], ['b'], ['c']].map(found))).toEqual([1, 1, 0, 0]);
  }));

test('whatever a run adds, leaves behind and branches from, each state reads as it was saved', async () => {
  const step = fc.record({
    leave: fc.nat(2),
    add: fc.nat(2),
    save: fc.boolean(),
    run: fc.option(fc.nat(4), { freq: 3, nil: undefined }),
  });
  let count = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 10 }), async (steps) => {
      const name = `any-${count++}`;
      const thread = begin(name);
      let state = thread.last();
      for (const [at, { leave, add, save, run }] of steps.entries()) {
        if (run !== undefined) state = await thread.goOn(thread.states.at(-1 - run) ?? thread.last());
        const added = Array.from({ length: add }, (_, nth) => item(`${at}.${nth}`));
        state = await thread.put(state, [...state.items.slice(leave), ...added]);
        if (save) await thread.save();
      }
      await thread.finish();
      for (const each of thread.states.slice(1)) expect(await itemsAt(each)).toEqual(each.items);
      await copyCheckpoints(db, name, `${name}-copy`);
      await keepLatest(db, name);
      expect(await itemsAt(state)).toEqual(state.items);
      const copied = { ...state, config: on(`${name}-copy`, state.config.configurable?.checkpoint_id) };
      expect(await itemsAt(copied)).toEqual(state.items);
    }),
    { numRuns: runsOf(40), seed: seedOf(1) },
  );
});
