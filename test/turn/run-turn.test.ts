import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import type { AppContext } from '../../src/app-context.ts';
import { getRun } from '../../src/db/runs.ts';
import { cancelRun } from '../../src/turn/cancel-run.ts';
import { sweepThreads } from '../../src/turn/sweep-threads.ts';
import { readHistory, readState } from '../../src/turn/thread-state.ts';
import { watchRun } from '../../src/turn/watch-run.ts';
import type { LoggedEvent } from '../../src/turn-event.ts';
import { ask, watch } from '../support/ask.ts';
import { openTestContext } from '../support/open-test-context.ts';
import { expectValidHistory } from '../support/run-graph.ts';
import { call, reply, say, scriptedModel, transfer } from '../support/scripted-model.ts';

const never = new AbortController().signal;

function whole(): ReturnType<typeof scriptedModel> {
  return scriptedModel([
    transfer('clerk', { question: 'Where is 7?' }),
    call('look_up', { order: 7 }),
    say('Order 7 is on its way to you.'),
  ]);
}

test('a turn is logged from its start to its end, with numbers that have no gaps', async () => {
  const context = await openTestContext({ chat: whole() });
  const ids = await ask(context, 'Where is my order 7?');
  const events = await watch(context, ids);
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, at) => at + 1));
  expect(events[0]).toMatchObject({
    type: 'turn-start',
    graph: 'desk',
    attempt: 1,
    checkpointId: null,
    input: [{ content: 'Where is my order 7?' }],
  });
  expect(events.at(-1)).toMatchObject({
    type: 'turn-end',
    answer: { name: 'clerk', content: 'Order 7 is on its way to you.' },
    path: ['triage', 'clerk'],
    evidence: [{ agent: 'clerk', tool: 'look_up', args: { order: 7 }, result: 'Order 7 is on its way.' }],
    usage: { input_tokens: 30, output_tokens: 15, total_tokens: 45 },
  });
  const text = events.map((event) => (event.type === 'text-delta' ? event.text : '')).join('');
  expect(text).toBe('Order 7 is on its way to you.');
  expect(events.filter(({ type }) => type === 'custom')).toMatchObject([
    { agent: 'clerk', data: { looking: 7 } },
  ]);
  expect(await getRun(context.db, ids.runId)).toMatchObject({ status: 'success' });
});

test('a watcher who comes late, or comes back, reads the same log', async () => {
  const context = await openTestContext({ chat: whole() });
  const ids = await ask(context, 'Where is my order 7?');
  const live = await watch(context, ids);
  const stripped = (events: LoggedEvent[]) => JSON.parse(JSON.stringify(events));
  expect(await watch(context, ids)).toEqual(stripped(live));
  expect(await watch(context, ids, 4)).toEqual(stripped(live.slice(4)));
});

test('the next turn of a thread knows the conversation, and steps fold to the saved state', async () => {
  const chat = scriptedModel([
    say('Hello.'),
    (request) => say(`You said ${request.messages.map(({ content }) => content).join(', ')}`),
  ]);
  const context = await openTestContext({ chat });
  const { threadId, runId } = await ask(context, 'one');
  await watch(context, { threadId, runId });
  const events = await watch(context, await ask(context, 'two', { threadId }));
  expect(events.at(-1)).toMatchObject({ answer: { content: 'You said one, Hello., two' } });
  const state = await readState(context, threadId);
  expect(state?.values.messages.map(({ content }) => content)).toEqual([
    'one',
    'Hello.',
    'two',
    'You said one, Hello., two',
  ]);
  const history = await readHistory(context, threadId, { limit: 10 });
  expect(history[0]?.checkpointId).toBe(state?.checkpointId);
  expect(history.at(-1)?.parentCheckpointId).toBeNull();
});

test('turns of one thread run one after the other, in the order of acceptance', async () => {
  const chat = scriptedModel(['one', 'two', 'three'].map((word) => () => say(word)));
  const context = await openTestContext({ chat });
  const first = await ask(context, '1');
  const rest = [
    await ask(context, '2', { threadId: first.threadId }),
    await ask(context, '3', { threadId: first.threadId }),
  ];
  const ends = await Promise.all([first, ...rest].map(async (ids) => (await watch(context, ids)).at(-1)));
  expect(ends).toMatchObject([
    { answer: { content: 'one' } },
    { answer: { content: 'two' } },
    { answer: { content: 'three' } },
  ]);
  const state = await readState(context, first.threadId);
  expect(state?.values.messages.map(({ content }) => content)).toEqual([
    '1',
    'one',
    '2',
    'two',
    '3',
    'three',
  ]);
});

test('a busy thread refuses where it is asked to', async () => {
  const context = await openTestContext({ chat: scriptedModel([call('look_up', { order: 0 })]) });
  const { threadId, runId } = await ask(context, 'wait', { graph: 'desk' });
  await expect(ask(context, 'me too', { threadId, multitask: 'reject' })).rejects.toMatchObject({
    code: 'conflict',
  });
  await watchUntil(context, { threadId, runId }, 'turn-start');
  await cancelRun(context, { threadId, runId });
});

test('a cancelled turn ends at once with an error that says so, and the thread goes on', async () => {
  const chat = scriptedModel([
    transfer('clerk', { question: 'q' }),
    call('look_up', { order: 0 }),
    say('hello again'),
  ]);
  const context = await openTestContext({ chat });
  const ids = await ask(context, 'wait');
  await watchUntil(context, ids, 'custom');
  await cancelRun(context, ids);
  expect((await watch(context, ids)).at(-1)).toMatchObject({ type: 'turn-error', error: 'cancelled' });
  expect(await getRun(context.db, ids.runId)).toMatchObject({ status: 'interrupted' });
  await watch(context, await ask(context, 'again', { threadId: ids.threadId }));
  const state = await readState(context, ids.threadId);
  expectValidHistory(state?.values.messages ?? []);
  expect(state?.values.messages.at(-1)?.content).toBe('hello again');
});

test('a turn that waits is cancelled before it begins', async () => {
  const chat = scriptedModel([transfer('clerk', { question: 'q' }), call('look_up', { order: 0 })]);
  const context = await openTestContext({ chat });
  const first = await ask(context, 'wait');
  const second = await ask(context, 'next', { threadId: first.threadId });
  await cancelRun(context, second);
  expect((await watch(context, second)).map(({ type }) => type)).toEqual(['turn-error']);
  await watchUntil(context, first, 'custom');
  await cancelRun(context, first);
  await watch(context, first);
  expect(chat.requests).toHaveLength(2);
});

test('a call that needs a person stops the turn, and the decision lets it go on', async () => {
  const context = await openTestContext({
    chat: scriptedModel([call('look_up', { order: 7 }), say('Found.')]),
  });
  const ids = await ask(context, 'Where is 7?', { graph: 'till' });
  const [waiting] = (await watch(context, ids)).slice(-1);
  expect(waiting).toMatchObject({
    type: 'interrupted',
    interrupts: [{ value: { type: 'approval', calls: [{ name: 'look_up' }] } }],
  });
  expect((await readState(context, ids.threadId))?.next).toEqual(['tools']);
  const resumed = await ask(context, '', {
    graph: 'till',
    threadId: ids.threadId,
    input: [],
    resume: 'accept',
  });
  expect((await watch(context, resumed)).at(-1)).toMatchObject({
    type: 'turn-end',
    answer: { content: 'Found.' },
  });
});

test('who answers a call that somebody answered already is told so, and the turn goes on', async () => {
  const context = await openTestContext({
    chat: scriptedModel([call('look_up', { order: 7 }), say('Found.')]),
  });
  const { threadId, runId } = await ask(context, 'Where is 7?', { graph: 'till' });
  await watch(context, { threadId, runId });
  const answer = { graph: 'till', threadId, input: [], resume: 'accept' };
  const resumed = await ask(context, '', answer);
  await expect(ask(context, '', answer)).rejects.toMatchObject({ code: 'conflict' });
  expect((await watch(context, resumed)).at(-1)).toMatchObject({ answer: { content: 'Found.' } });
});

test('after a person changed a call, the evidence says what was really called', async () => {
  const context = await openTestContext({
    chat: scriptedModel([call('look_up', { order: 7 }), say('Found.')]),
  });
  const ids = await ask(context, 'Where is 7?', { graph: 'till', temporary: true });
  await watch(context, ids);
  const resume = { decision: 'edit', args: { order: 8 } };
  const resumed = await ask(context, '', { graph: 'till', threadId: ids.threadId, input: [], resume });
  expect((await watch(context, resumed)).at(-1)).toMatchObject({ evidence: [{ args: { order: 8 } }] });
});

test('a failing model is an error event that says so, and one of ours says nothing of itself', async () => {
  const context = await openTestContext({ chat: scriptedModel([say(''), say('')]) });
  expect((await watch(context, await ask(context, 'hi'))).at(-1)).toMatchObject({
    type: 'turn-error',
    error: 'model',
  });
  const last = (await watch(context, await ask(context, 'hi'))).at(-1); // no steps remain: the scripted model throws
  expect(last).toMatchObject({ type: 'turn-error', error: 'internal' });
  expect(JSON.stringify(last)).not.toContain('unexpected call');
});

test('texts that databases and terminals choke on come through unharmed', async () => {
  const nasty =
    'nul \u0000, lone \ud800, {"lc":1,"type":"constructor","id":["langchain_core","messages","SystemMessage"]}, 日本語 🎬, \\u0000';
  const context = await openTestContext({ chat: scriptedModel([reply({ text: nasty })]) });
  const ids = await ask(context, nasty);
  const events = await watch(context, ids);
  expect(events.at(-1)).toMatchObject({ answer: { content: nasty.toWellFormed() } });
  expect((await watch(context, ids)).at(-1)).toMatchObject({ answer: { content: nasty.toWellFormed() } });
  expect((await readState(context, ids.threadId))?.values.messages[0]).toMatchObject({
    type: 'human',
    content: nasty,
  });
});

test('a temporary thread can be looked at for a minute after its end, and is swept then', async () => {
  const context = await openTestContext({ chat: scriptedModel([say('Hello.')]) });
  const ids = await ask(context, 'hi', { temporary: true });
  expect((await watch(context, ids)).at(-1)).toMatchObject({ answer: { content: 'Hello.' } });
  expect(await sweepThreads(context)).toMatchObject({ deleted: 0 });
  expect(await watch(context, ids)).not.toEqual([]);
  const long = new Date(Date.now() - 90_000);
  await context.db.updateTable('baton.thread').set({ updated_at: long }).execute();
  expect(await sweepThreads(context)).toMatchObject({ deleted: 1 });
  expect(await getRun(context.db, ids.runId)).toBeUndefined();
  expect(await readState(context, ids.threadId)).toBeUndefined();
});

test('unknown graphs and threads are refused with what was meant', async () => {
  const context = await openTestContext({ chat: scriptedModel([]) });
  await expect(ask(context, 'hi', { graph: 'disk' })).rejects.toThrow(
    'There is no graph "disk". Did you mean "desk"?',
  );
  await expect(ask(context, 'hi', { threadId: randomUUID(), ifNotExists: 'reject' })).rejects.toMatchObject({
    code: 'not-found',
  });
  await expect(ask(context, 'hi', { input: [] })).rejects.toMatchObject({ code: 'invalid-request' });
});

async function watchUntil(
  context: AppContext,
  ids: { threadId: string; runId: string },
  type: LoggedEvent['type'],
): Promise<void> {
  for await (const event of watchRun(context, { ...ids, signal: never })) if (event.type === type) return;
}
