import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AppContext } from '../../src/app-context.ts';
import { unpackCheckpoints } from '../../src/checkpoint/unpack-checkpoints.ts';
import { readEvents } from '../../src/db/events.ts';
import { getRun } from '../../src/db/runs.ts';
import type { ChatReply } from '../../src/model/chat-model.ts';
import { readmitRuns } from '../../src/turn/keep-house.ts';
import { stopTurns } from '../../src/turn/stop-turns.ts';
import { readState } from '../../src/turn/thread-state.ts';
import { watchRun } from '../../src/turn/watch-run.ts';
import type { LoggedEvent } from '../../src/turn-event.ts';
import { ask, type RunIds, watch } from '../support/ask.ts';
import { expectValidHistory } from '../support/run-graph.ts';
import { both, call, type Step, say, scriptedModel, transfer } from '../support/scripted-model.ts';
import { agentText, makeProject, type TempProject, toolText } from '../support/temp-project.ts';
import { loseClaims, openStage } from '../support/two-processes.ts';

const counted = (name: string, rest = '') =>
  `globalThis.${name} = (globalThis.${name} ?? 0) + 1; ${rest} return '${name} ' + globalThis.${name};`;

let project: TempProject;

beforeAll(async () => {
  project = await makeProject({
    'agents/clerk.md': agentText('You are the clerk.', 'tools: [look, book, pay, file, wait_once]'),
    'agents/triage.md': agentText('You are at the door.'),
    'graphs/desk.yaml':
      'start: triage\nagents: [triage, clerk]\nhandoffs:\n  triage:\n    clerk: it is about work\n',
    'tools/look.ts': toolText('look', counted('looked')).replace(
      'async run',
      "changes: 'nothing', async run",
    ),
    'tools/pay.ts': toolText('pay', counted('paid')),
    'tools/book.ts': toolText('book', '')
      .replace('async run', "changes: 'database', async run")
      .replace(/async run\(.*\},\n/, bookText),
    'tools/file.ts': toolText('file', '')
      .replace('async run', "changes: 'database', async run")
      .replace(/async run\(.*\},\n/, fileText),
    'tools/wait-once.ts': toolText(
      'wait_once',
      counted('waited', 'if (globalThis.waited === 1) await globalThis.gate;'),
    ),
  });
});
afterAll(() => project?.remove());

/** Writes a row and commits it together with its result. */
const bookText = `async run(_, { commit, threadId }) {
    return commit(async (trx) => {
      await trx.updateTable('baton.thread').set({ metadata: JSON.stringify({ booked: Math.random() }) }).where('thread_id', '=', threadId).execute();
      globalThis.booked = (globalThis.booked ?? 0) + 1;
      return 'booked ' + globalThis.booked;
    });
  },
`;

/** Loses its database the first time. */
const fileText = `async run(_, { commit }) {
    return commit(async () => {
      globalThis.filed = (globalThis.filed ?? 0) + 1;
      if (globalThis.filed === 1) throw Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
      return 'filed';
    });
  },
`;

const world = globalThis as unknown as Record<'looked' | 'paid' | 'booked' | 'waited', number> & {
  gate?: Promise<void>;
}; // what the tools of this project count

function reset(): PromiseWithResolvers<void> {
  Object.assign(world, { looked: 0, paid: 0, booked: 0, waited: 0 });
  const gate = Promise.withResolvers<void>();
  world.gate = gate.promise;
  return gate;
}

/** A step that says its text when the gate opens. */
function gated(gate: Promise<void>, reply: ChatReply): Step {
  return async () => {
    await gate;
    return reply;
  };
}

const starts = (events: LoggedEvent[]) => events.filter((event) => event.type === 'turn-start');

test('a turn whose process is gone goes on from its last saved step, and the lost process can write no more', async () => {
  reset();
  const gate = Promise.withResolvers<void>();
  const stage = await openStage(project.dir);
  const chat = scriptedModel([
    transfer('clerk'),
    call('look'),
    gated(gate.promise, say('Too late.')),
    say('It is done.'),
  ]);
  const first = await stage.open(chat);
  const ids = await ask(first, 'Look!');
  await until(first, ids, 'agent-start', 3);
  const second = await stage.takeOver(first, chat);
  const events = await watch(second, ids);
  gate.resolve();
  await Promise.all([...first.turns.running.values()].map(({ over }) => over));

  expect(starts(events).map(({ attempt }) => attempt)).toEqual([1, 2]);
  expect(events.filter(({ type }) => type === 'turn-end')).toHaveLength(1);
  expect(events.at(-1)).toMatchObject({ answer: { content: 'It is done.' }, path: ['triage', 'clerk'] });
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, at) => at + 1));
  expect(await watch(second, ids)).toEqual(JSON.parse(JSON.stringify(events)));
  const state = await readState(second, ids.threadId);
  expectValidHistory(state?.values.messages ?? []);
  expect(state?.values.messages.at(-1)).toMatchObject({ content: 'It is done.' });
  expect(await getRun(second.db, ids.runId)).toMatchObject({ status: 'success', attempt: 2 });
  expect(world.looked).toBe(1);
});

test('a step whose result was handed in, and whose state was not saved any more, is not taken for the end', async () => {
  reset();
  const gate = Promise.withResolvers<void>();
  const stage = await openStage(project.dir);
  const chat = scriptedModel([
    transfer('clerk'),
    call('pay'),
    gated(gate.promise, say('Too late.')),
    say('It is done.'),
  ]);
  const first = await stage.open(chat);
  const ids = await ask(first, 'Pay!');
  await until(first, ids, 'agent-start', 3);
  await unpackCheckpoints(first.db, ids.threadId);
  const newest = first.db
    .selectFrom('baton.checkpoint')
    .select('seq')
    .where('thread_id', '=', ids.threadId)
    .orderBy('seq', 'desc')
    .limit(1);
  await first.db.deleteFrom('baton.checkpoint').where('seq', '=', newest).execute();
  const second = await stage.takeOver(first, chat);
  const events = await watch(second, ids);
  gate.resolve();
  await Promise.all([...first.turns.running.values()].map(({ over }) => over));

  expect(events.at(-1)).toMatchObject({ answer: { content: 'It is done.' }, path: ['triage', 'clerk'] });
  const again = events.slice(events.findLastIndex(({ type }) => type === 'turn-start'));
  const steps = again.flatMap((event) => (event.type === 'step-end' ? [event.node] : []));
  expect(steps).toEqual(['tools', 'clerk']);
  expectValidHistory((await readState(second, ids.threadId))?.values.messages ?? []);
  expect(world.paid).toBe(1);
});

test('what a tool changed is changed once: its result is read when the step is done again', async () => {
  const gate = reset();
  const stage = await openStage(project.dir);
  const chat = scriptedModel([
    transfer('clerk'),
    both(call('pay'), call('book'), call('look'), call('wait_once')),
    say('It is done.'),
  ]);
  const first = await stage.open(chat);
  const ids = await ask(first, 'Pay!');
  await until(first, ids, 'call-end', 3);
  await expect.poll(() => world.waited).toBe(1);
  const second = await stage.takeOver(first, chat);
  const events = await watch(second, ids);
  gate.resolve();
  await Promise.all([...first.turns.running.values()].map(({ over }) => over));

  expect(events.at(-1)).toMatchObject({ type: 'turn-end', answer: { content: 'It is done.' } });
  expect(world).toMatchObject({ paid: 1, booked: 1, looked: 2, waited: 1 });
  const { messages } = (await readState(second, ids.threadId))?.values ?? { messages: [] };
  const results = messages.flatMap((message) =>
    message.type === 'tool' ? [[message.name, message.content]] : [],
  );
  expect(Object.fromEntries(results)).toMatchObject({ pay: 'paid 1', book: 'booked 1', look: 'looked 2' });
  expect(Object.fromEntries(results).wait_once).toMatch(/not known whether this call was carried out/);
});

test('a tool that changes the database is carried out again when the database was away meanwhile', async () => {
  reset();
  const stage = await openStage(project.dir);
  const context = await stage.open(scriptedModel([transfer('clerk'), call('file'), say('It is done.')]));
  const ids = await ask(context, 'File!');
  const events = await watch(context, ids);
  expect(starts(events).map(({ attempt }) => attempt)).toEqual([1, 2]);
  expect(events.at(-1)).toMatchObject({
    answer: { content: 'It is done.' },
    evidence: [{ result: 'filed' }],
  });
  expect(await getRun(context.db, ids.runId)).toMatchObject({ status: 'success', crashes: 1 });
});

test('a turn that is begun three times and never ends gives up with an error', async () => {
  reset();
  const gate = Promise.withResolvers<void>();
  const stage = await openStage(project.dir);
  const chat = scriptedModel([1, 2, 3].map(() => gated(gate.promise, say('never'))));
  const context = await stage.open(chat);
  const ids = await ask(context, 'Try!');
  for (let attempt = 1; attempt <= 3; attempt++) {
    await expect.poll(() => chat.requests.length).toBe(attempt);
    const written = () => readEvents(context.db, { runId: ids.runId, after: 0, limit: 100 });
    await expect.poll(async () => starts(await written())).toHaveLength(attempt);
    await loseClaims(context);
  }
  const events = await watch(context, ids);
  gate.resolve();
  expect(starts(events).map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
  expect(events.at(-1)).toMatchObject({
    type: 'turn-error',
    message: expect.stringMatching(/begun 3 times/),
  });
  expect(await getRun(context.db, ids.runId)).toMatchObject({ status: 'error', attempt: 4 });
});

test('a process that stops ends its step, hands the turn over, and no step is done twice', async () => {
  reset();
  const gate = Promise.withResolvers<void>();
  const stage = await openStage(project.dir);
  const chat = scriptedModel([transfer('clerk'), gated(gate.promise, call('pay')), say('It is done.')]);
  const first = await stage.open(chat);
  const ids = await ask(first, 'Pay!');
  await expect.poll(() => chat.requests.length).toBe(2);
  const stopped = stopTurns(first, 10_000);
  gate.resolve();
  await stopped;
  expect(await getRun(first.db, ids.runId)).toMatchObject({ status: 'pending', attempt: 1, crashes: 0 });
  const second = await stage.open(chat);
  const events = await watch(second, ids);
  expect(starts(events).map(({ attempt }) => attempt)).toEqual([1, 2]);
  expect(events.at(-1)).toMatchObject({ answer: { content: 'It is done.' } });
  expect(chat.requests).toHaveLength(3);
  expect(world.paid).toBe(1);
  expect(events.filter(({ type }) => type === 'step-end')).toHaveLength(5);
});

test('a turn that ended all but for its last event ends with its answer, and no model is asked again', async () => {
  reset();
  const stage = await openStage(project.dir);
  const chat = scriptedModel([say('It is done.')]);
  const first = await stage.open(chat);
  first.turns.isSampled = () => true; // so that its end needs a transaction
  const end = first.queue.endClaim;
  let died = 0;
  first.queue.endClaim = async (trx, claim) => {
    died += 1;
    if (died === 1) throw new Error('the process dies here');
    return end(trx, claim);
  };
  const ids = await ask(first, 'Go!');
  await expect.poll(() => died).toBe(1);
  await loseClaims(first);
  const events = await watch(first, ids);
  expect(events.at(-1)).toMatchObject({ type: 'turn-end', answer: { content: 'It is done.' } });
  expect(starts(events)).toHaveLength(2);
  expect(chat.requests).toHaveLength(1);
});

test('a run that the queue has lost sight of is put back', async () => {
  reset();
  const stage = await openStage(project.dir);
  const chat = scriptedModel([say('late but here')]);
  const context = await stage.open(chat);
  const ids = await ask(context, 'hi', { afterSeconds: 3_600 });
  await context.queue.dropRun(context.db, ids.runId);
  await context.db
    .updateTable('baton.run')
    .set({ begin_after: null, updated_at: new Date(Date.now() - 120_000) })
    .where('run_id', '=', ids.runId)
    .execute();
  await readmitRuns(context);
  expect((await watch(context, ids)).at(-1)).toMatchObject({ answer: { content: 'late but here' } });
});

/** Waits for the `count`th event of a type. */
async function until(
  context: AppContext,
  ids: RunIds,
  type: LoggedEvent['type'],
  count: number,
): Promise<void> {
  let seen = 0;
  const { signal } = new AbortController();
  for await (const event of watchRun(context, { ...ids, signal })) {
    if (event.type === type) seen += 1;
    if (seen === count) return;
  }
}
