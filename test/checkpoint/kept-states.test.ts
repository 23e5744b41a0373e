import { randomUUID } from 'node:crypto';
import { Annotation, Command, DeltaChannel, END, interrupt, START, StateGraph } from '@langchain/langgraph';
import { afterAll, expect, test } from 'vitest';
import { copyCheckpoints } from '../../src/checkpoint/copy-checkpoints.ts';
import { deleteRunCheckpoints } from '../../src/checkpoint/delete-run-checkpoints.ts';
import { keepLatest } from '../../src/checkpoint/keep-latest.ts';
import { KyselySaver } from '../../src/checkpoint/kysely-saver.ts';
import { measureThread } from '../../src/checkpoint/measure-thread.ts';
import { makeTestDatabase } from '../support/test-database.ts';
import { ai, allOf, ChatState, countStatements, human, idsOf, makeChat, on } from './support.ts';

const { database, drop } = await makeTestDatabase();
const { db } = database;
afterAll(drop);

const makeSaver = () => new KyselySaver(db, { appendOnly: ['messages'] });

function run(thread: string, run_id: string, checkpoint_id?: string) {
  return { configurable: { ...on(thread, checkpoint_id).configurable, run_id } };
}

/** Asks things in one node, and answers with the answers. */
function makeAsking(checkpointer?: KyselySaver, questions = ['first?', 'second?']) {
  return new StateGraph(ChatState)
    .addNode('ask', () => ({
      messages: [ai('answers', questions.map((question) => interrupt(question)).join())],
    }))
    .addEdge(START, 'ask')
    .addEdge('ask', END)
    .compile(checkpointer ? { checkpointer } : {});
}

async function waitsFor(thread: string): Promise<unknown[]> {
  const { tasks } = await makeAsking(makeSaver()).getState(on(thread));
  return tasks.flatMap(({ interrupts }) => interrupts.map(({ value }) => value));
}

test('a run that is taken back leaves the question that it answered, and the answers before it', async () => {
  const graph = makeAsking(makeSaver());
  await graph.invoke({ messages: [human('1')] }, run('second', 'r1'));
  await graph.invoke(new Command({ resume: 'one' }), run('second', 'r2'));
  expect(await waitsFor('second')).toEqual(['second?']);
  await graph.invoke(new Command({ resume: 'wrong' }), run('second', 'r3'));
  await deleteRunCheckpoints(db, 'second', 'r3');
  expect(await waitsFor('second')).toEqual(['second?']);
  await deleteRunCheckpoints(db, 'second', 'r2');
  expect(await waitsFor('second')).toEqual(['first?']);
  await graph.invoke(new Command({ resume: 'one again' }), run('second', 'r4'));
  const done = await makeAsking(makeSaver()).invoke(new Command({ resume: 'two' }), run('second', 'r5'));
  expect(done.messages.at(-1)?.content).toBe('one again,two');
});

test('a question that was answered can be answered otherwise, from its state', async () => {
  const graph = makeAsking(makeSaver(), ['first?']);
  await graph.invoke({ messages: [human('1')] }, run('otherwise', 'r1'));
  const asked = (await graph.getState(on('otherwise'))).config.configurable?.checkpoint_id as string;
  const answers = ['yes', 'no', 'perhaps'];
  for (const resume of answers) {
    const done = await graph.invoke(new Command({ resume }), run('otherwise', `r-${resume}`, asked));
    expect(done.messages.map(({ content }) => content)).toEqual(['question 1', resume]);
    expect((await graph.getState(on('otherwise', asked))).tasks[0]?.interrupts).toMatchObject([
      { value: 'first?' },
    ]);
  }
});

test('what later runs went on from stays when a run is taken back', async () => {
  const chat = makeChat(makeSaver());
  for (const turn of ['1', '2', '3']) await chat.invoke({ messages: [human(turn)] }, run('middle', turn));
  const before = await allOf(chat.getStateHistory(on('middle')));
  await deleteRunCheckpoints(db, 'middle', '2');
  expect(await allOf(makeChat(makeSaver()).getStateHistory(on('middle')))).toEqual(before);
  await deleteRunCheckpoints(db, 'middle', 'unknown');
  expect(await allOf(chat.getStateHistory(on('middle')))).toEqual(before);
});

test('a branch that is taken back leaves the one that it left', async () => {
  const chat = makeChat(makeSaver());
  for (const turn of ['1', '2']) await chat.invoke({ messages: [human(turn)] }, run('branch', turn));
  const history = await allOf(chat.getStateHistory(on('branch')));
  const old = history.find(({ metadata }) => metadata?.step === 1)?.config.configurable
    ?.checkpoint_id as string;
  await chat.invoke({ messages: [human('other')] }, run('branch', 'fork', old));
  expect(idsOf((await chat.getState(on('branch'))).values)).toEqual(['1', '1-reply', 'other', 'other-reply']);
  await deleteRunCheckpoints(db, 'branch', 'fork');
  expect(await allOf(makeChat(makeSaver()).getStateHistory(on('branch')))).toEqual(history);
});

test('the new messages of a run are stored once', async () => {
  const thread = randomUUID();
  const chat = makeChat(makeSaver());
  for (const turn of ['1', '2', '3']) await chat.invoke({ messages: [human(turn)] }, run(thread, turn));
  expect((await measureThread(db, thread)).writes).toEqual({ count: 0, bytes: 0 });
});

test('a run costs as many statements as one without a name', async () => {
  const counted = countStatements(db);
  const chat = makeChat(new KyselySaver(counted.db, { appendOnly: ['messages'] }));
  const counts: number[] = [];
  for (let turn = 0; turn < 5; turn++) {
    await chat.invoke({ messages: [human(`${turn}`)] }, run('count', `${turn}`));
    counts.push(counted.count());
  }
  expect(new Set(counts)).toEqual(new Set([6]));
});

test('a subgraph that waits goes on when all else was dropped, and its old states are dropped', async () => {
  const thread = randomUUID();
  const saver = makeSaver();
  const outer = new StateGraph(ChatState)
    .addNode('inner', makeAsking())
    .addEdge(START, 'inner')
    .compile({ checkpointer: saver });
  for (const turn of ['1', '2']) {
    await outer.invoke({ messages: [human(turn)] }, run(thread, `${turn}a`));
    await outer.invoke(new Command({ resume: 'one' }), run(thread, `${turn}b`));
    expect(await keepLatest(db, thread)).toBeGreaterThan(0);
    await copyCheckpoints(db, thread, `${thread}-${turn}`);
    const copied = await outer.invoke(new Command({ resume: 'copy' }), run(`${thread}-${turn}`, `${turn}c`));
    expect(copied.messages.at(-1)?.content).toBe('one,copy');
    const done = await outer.invoke(new Command({ resume: 'two' }), run(thread, `${turn}c`));
    expect(done.messages.at(-1)?.content).toBe('one,two');
  }
  await keepLatest(db, thread);
  expect((await measureThread(db, thread)).checkpoints.count).toBe(1);
});

test('a delta channel is whole when only the newest state is kept, and so is a run that is taken back', async () => {
  const State = Annotation.Root({
    log: () =>
      new DeltaChannel<string[], string[]>((left, updates) => left.concat(...updates), {
        snapshotFrequency: 7,
      }),
  });
  const graph = new StateGraph(State)
    .addNode('add', () => ({ log: ['reply'] }))
    .addEdge(START, 'add')
    .compile({ checkpointer: makeSaver() });
  const logOf = async (thread: string) => (await graph.getState(on(thread))).values.log;
  let expected: string[] = [];
  for (let turn = 0; turn < 9; turn++) {
    await graph.invoke({ log: [`${turn}`] }, run('delta', `${turn}`));
    expected = [...expected, `${turn}`, 'reply'];
    expect(await logOf('delta')).toEqual(expected);
    await graph.invoke({ log: ['wrong'] }, run('delta', `${turn} wrong`));
    await deleteRunCheckpoints(db, 'delta', `${turn} wrong`);
    expect(await logOf('delta')).toEqual(expected);
    if (turn % 4 === 1) await keepLatest(db, 'delta');
    expect(await logOf('delta')).toEqual(expected);
  }
});
