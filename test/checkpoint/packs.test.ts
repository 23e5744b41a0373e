import { randomUUID } from 'node:crypto';
import type { CheckpointListOptions } from '@langchain/langgraph-checkpoint';
import { afterAll, expect, test } from 'vitest';
import type { GatheredCheckpoint } from '../../src/checkpoint/checkpoint-journal.ts';
import { copyCheckpoints } from '../../src/checkpoint/copy-checkpoints.ts';
import { deleteRunCheckpoints } from '../../src/checkpoint/delete-run-checkpoints.ts';
import { keepLatest } from '../../src/checkpoint/keep-latest.ts';
import { KyselySaver } from '../../src/checkpoint/kysely-saver.ts';
import { measureThread } from '../../src/checkpoint/measure-thread.ts';
import { OpenPacks } from '../../src/checkpoint/open-packs.ts';
import { unpackCheckpoints } from '../../src/checkpoint/unpack-checkpoints.ts';
import { makeTestDatabase } from '../support/test-database.ts';
import {
  allOf,
  countStatements,
  human,
  idsOf,
  layoutOf,
  makeChat,
  on,
  openJournal,
  writeStates,
} from './support.ts';

const { database, drop } = await makeTestDatabase();
const { db } = database;
afterAll(drop);

const makeSaver = (pageSize = 20) => new KyselySaver(db, { appendOnly: ['messages'], pageSize });

/** Has a conversation of some turns, each a run with a journal of its own, and returns the runs. */
async function talk(thread: string, turns: string[], config: object = {}): Promise<string[]> {
  const runs: string[] = [];
  for (const turn of turns) {
    const run_id = randomUUID();
    const { journal, finish } = openJournal(db, thread);
    const configurable = { ...on(thread).configurable, ...config, run_id, journal };
    await makeChat(makeSaver()).invoke({ messages: [human(turn)] }, { configurable });
    await finish();
    runs.push(run_id);
  }
  return runs;
}

test('the states of a run are lines of one row, and a thread’s first has a row of its own', async () => {
  await talk('layout', ['1', '2', '3']);
  expect(await layoutOf(db, 'layout')).toEqual({ rows: 1, packs: [2, 3, 3] });
  const { values } = await makeChat(makeSaver()).getState(on('layout'));
  expect(idsOf(values)).toEqual(['1', '1-reply', '2', '2-reply', '3', '3-reply']);
});

test('whatever is asked of a history is answered alike packed, unpacked and half of each', async () => {
  const runs = await talk('asked', ['1', '2', '3', '4', '5']);
  const ids = (await allOf(makeSaver().list(on('asked')))).map(({ checkpoint }) => checkpoint.id);
  expect(ids).toHaveLength(15);
  const [run = ''] = runs.slice(2);
  const asked: CheckpointListOptions[] = [
    {},
    { limit: 1 },
    { limit: 4 },
    { limit: 100 },
    { filter: { source: 'input' } },
    { filter: { run_id: run } },
    { filter: { run_id: run, source: 'loop' }, limit: 1 },
    { filter: { run_id: 'nobody’s' } },
    ...[0, 1, 2, 7, 14].map((at) => ({ before: on('asked', ids[at]) })),
    { before: on('asked', ids[6]), limit: 2, filter: { source: 'loop' } },
  ];
  const places = [
    on('asked'),
    { configurable: { thread_id: 'asked', checkpoint_ns: '' } },
    { configurable: {} },
  ];
  const answer = async () => {
    const lists = [];
    for (const pageSize of [1, 4, 20]) {
      for (const place of places) {
        for (const options of asked) lists.push(await allOf(makeSaver(pageSize).list(place, options)));
      }
    }
    const named = [];
    for (const id of ids)
      named.push(await makeSaver().getTuple(on('asked', id)), await allOf(makeSaver().list(on('asked', id))));
    return { lists, named, newest: await makeSaver().getTuple(on('asked')) };
  };
  const packed = await answer();
  expect(packed.named.filter((tuple) => tuple === undefined)).toEqual([]);
  await unpackCheckpoints(db, 'asked', runs[3]);
  expect(await layoutOf(db, 'asked')).toEqual({ rows: 7, packs: [2, 3, 3] });
  expect(await answer()).toEqual(packed);
  await unpackCheckpoints(db, 'asked');
  expect(await layoutOf(db, 'asked')).toEqual({ rows: 15, packs: [] });
  expect(await answer()).toEqual(packed);
});

test('a packed state can be gone on from, and the newest is the one that was saved last', async () => {
  await talk('fork', ['1', '2', '3']);
  const chat = makeChat(makeSaver());
  const [, second] = (await allOf(chat.getStateHistory(on('fork')))).filter(({ next }) => next.length === 0);
  await talk('fork', ['other'], { checkpoint_id: second?.config.configurable?.checkpoint_id });
  expect(idsOf((await chat.getState(on('fork'))).values)).toEqual([
    '1',
    '1-reply',
    '2',
    '2-reply',
    'other',
    'other-reply',
  ]);
  await chat.updateState(second?.config ?? {}, { messages: [human('mine')] }, 'answer');
  expect(idsOf((await chat.getState(on('fork'))).values)).toEqual(['1', '1-reply', '2', '2-reply', 'mine']);
  await talk('fork', ['4']);
  expect(idsOf((await chat.getState(on('fork'))).values).slice(-3)).toEqual(['mine', '4', '4-reply']);
});

test('a run that is taken back unpacks what came since it began, and leaves what came before as it was', async () => {
  const runs = await talk('back', ['1', '2', '3', '4']);
  await deleteRunCheckpoints(db, 'back', runs[3] ?? '');
  expect(await layoutOf(db, 'back')).toEqual({ rows: 1, packs: [2, 3, 3] });
  await deleteRunCheckpoints(db, 'back', runs[1] ?? ''); // the third goes on from it
  expect(await layoutOf(db, 'back')).toEqual({ rows: 7, packs: [2] });
  const { values } = await makeChat(makeSaver()).getState(on('back'));
  expect(idsOf(values)).toEqual(['1', '1-reply', '2', '2-reply', '3', '3-reply']);
  await talk('back', ['5']);
  const history = await allOf(makeChat(makeSaver()).getStateHistory(on('back')));
  expect(history).toHaveLength(12);
  expect(idsOf(history[0]?.values)).toHaveLength(8);
});

test('the newest state alone is kept of packs, and the thread goes on from it', async () => {
  await talk('kept', ['1', '2', '3']);
  const history = await allOf(makeSaver().list(on('kept')));
  const start = history[3]?.checkpoint.id ?? ''; // what the newest run began from
  expect(await keepLatest(db, 'kept', [start])).toBe(7);
  const kept = await allOf(makeSaver().list(on('kept')));
  expect(kept.map(({ checkpoint }) => checkpoint)).toEqual([history[0]?.checkpoint, history[3]?.checkpoint]);
  expect(kept[0]?.parentConfig?.configurable?.checkpoint_id).toBe(start);
  await talk('kept', ['4']);
  expect(await layoutOf(db, 'kept')).toEqual({ rows: 2, packs: [3] });
  expect(idsOf((await makeChat(makeSaver()).getState(on('kept'))).values)).toHaveLength(8);
});

test('a copy is packed as its original is, and each goes on by itself', async () => {
  await talk('original', ['1', '2']);
  await copyCheckpoints(db, 'original', 'copied');
  expect(await layoutOf(db, 'copied')).toEqual(await layoutOf(db, 'original'));
  await talk('copied', ['3']);
  await talk('original', ['other']);
  const chat = makeChat(makeSaver());
  const history = await allOf(chat.getStateHistory(on('copied')));
  expect(history.map(({ values }) => idsOf(values).length)).toEqual([6, 5, 4, 4, 3, 2, 2, 1, 0]);
  expect(idsOf((await chat.getState(on('original'))).values).slice(-2)).toEqual(['other', 'other-reply']);
});

test('what was written and is handed in again is there once, by whichever way', async () => {
  const gathered: GatheredCheckpoint[] = [];
  const { journal, finish } = openJournal(db, 'again');
  const { put } = journal;
  journal.put = (one) => {
    gathered.push(one);
    put(one);
  };
  const configurable = { ...on('again').configurable, run_id: randomUUID(), journal };
  await makeChat(makeSaver()).invoke({ messages: [human('1')] }, { configurable });
  await finish();
  const [, second, third] = gathered;
  if (!second || !third) return expect.unreachable();
  expect(await writeStates(db, 'again', [second, third])).toBe(false);
  expect(await writeStates(db, 'again', [third])).toBe(false);
  for (const { saveAlone } of gathered) await saveAlone();
  expect(await layoutOf(db, 'again')).toEqual({ rows: 1, packs: [2] });
});

test('a state whose batch was refused has a row of its own, between the lines of its run', async () => {
  const { journal, finish } = openJournal(db, 'between');
  const { put } = journal;
  const alone: Promise<void>[] = [];
  const chat = makeChat(makeSaver());
  let count = 0;
  journal.put = (one) => void (count++ === 1 ? alone.push(one.saveAlone()) : put(one));
  for (const turn of ['1', '2']) {
    const configurable = { ...on('between').configurable, run_id: turn, journal };
    await chat.invoke({ messages: [human(turn)] }, { configurable });
    await Promise.all(alone);
    await finish();
  }
  expect(await layoutOf(db, 'between')).toEqual({ rows: 2, packs: [4] });
  const history = await allOf(makeChat(makeSaver(2)).getStateHistory(on('between')));
  expect(history).toHaveLength(6);
  for (const { config } of history) expect(await makeSaver().getTuple(config)).toBeDefined();
});

test('a pack takes few lines of little text, in the order of their ids, and none of a thread’s first state', () => {
  const packs = new OpenPacks();
  const choose = (id: number, more: object = {}) =>
    packs.choose({
      thread_id: 't',
      checkpoint_ns: '',
      checkpoint_id: String(id),
      parent_id: 'p',
      checkpoint: 'x'.repeat(1_000),
      metadata: '{}',
      ...more,
    });
  expect(choose(100, { parent_id: null })).toBeUndefined();
  expect(Array.from({ length: 17 }, (_, at) => choose(101 + at))).toEqual([...Array(16).fill('101'), '117']);
  expect(choose(118, { checkpoint: 'x'.repeat(10_000) })).toBeUndefined();
  expect(choose(119)).toBe('117');
  expect(choose(118)).toBe('118'); // a clock that was put back
  expect(choose(119, { checkpoint_ns: 'sub' })).toBe('119');
  expect([200, 201, 202, 203, 204].map((id) => choose(id, { checkpoint: 'x'.repeat(5_900) }))).toEqual([
    '118',
    '118',
    '118',
    '203',
    '203',
  ]);
});

test('a packed state is read with one statement, and so is a page of a packed history', async () => {
  await talk('counted', ['1', '2', '3']);
  const counted = countStatements(db);
  const saver = new KyselySaver(counted.db, { appendOnly: ['messages'], pageSize: 4 });
  const newest = await saver.getTuple(on('counted'));
  await saver.getTuple(newest?.parentConfig ?? {});
  expect(counted.count()).toBe(2);
  expect(await allOf(saver.list(on('counted')))).toHaveLength(9);
  expect(counted.count()).toBe(3);
});

test('a thread that is deleted leaves no pack, and lines are counted as checkpoints', async () => {
  await talk('gone', ['1', '2']);
  const id = randomUUID(); // of the form that a log has
  await copyCheckpoints(db, 'gone', id);
  expect((await measureThread(db, id)).checkpoints.count).toBe(6);
  for (const thread of ['gone', id]) await makeSaver().deleteThread(thread);
  expect(await layoutOf(db, 'gone')).toEqual({ rows: 0, packs: [] });
  expect((await measureThread(db, id)).bytes).toBe(0);
});
