import { randomUUID } from 'node:crypto';
import { RunControl } from '@langchain/langgraph';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AppContext } from '../../src/app-context.ts';
import { readThreadEvents } from '../../src/db/events.ts';
import { askToStop, beginRun, getRun } from '../../src/db/runs.ts';
import { createThread, getThread } from '../../src/db/threads.ts';
import type { ChatReply } from '../../src/model/chat-model.ts';
import { cancelRun } from '../../src/turn/cancel-run.ts';
import { carryOut } from '../../src/turn/carry-out.ts';
import { openEventLog } from '../../src/turn/event-log.ts';
import { readmitRuns } from '../../src/turn/keep-house.ts';
import { readState } from '../../src/turn/thread-state.ts';
import { ask, watch } from '../support/ask.ts';
import { call, type Step, say, scriptedModel } from '../support/scripted-model.ts';
import { agentText, makeProject, type TempProject, toolText } from '../support/temp-project.ts';
import { loseClaims, openStage } from '../support/two-processes.ts';

let project: TempProject;

beforeAll(async () => {
  project = await makeProject({
    'agents/clerk.md': agentText('You are the clerk.', 'tools: [book, pay, phone]'),
    'graphs/desk.yaml': 'start: clerk\nagents: [clerk]\n',
    'tools/pay.ts': toolText('pay', "globalThis.paid += 1; return 'paid ' + globalThis.paid;"),
    'tools/phone.ts': toolText(
      'phone',
      "throw Object.assign(new Error('nobody there'), { code: 'ECONNREFUSED' });",
    ).replace('async run', "changes: 'database', async run"),
    'tools/book.ts': toolText('book', '')
      .replace('async run', "changes: 'database', async run")
      .replace(/async run\(.*\},\n/, bookText),
  });
});
afterAll(() => project?.remove());

/** Hears of no signal, and commits when the gate opens. */
const bookText = `async run(_, { commit, threadId }) {
    globalThis.booking.resolve();
    await globalThis.gate.promise;
    try {
      return await commit(async (trx) => {
        await trx.updateTable('baton.thread').set({ metadata: '{"booked":true}' }).where('thread_id', '=', threadId).execute();
        return 'booked';
      });
    } finally {
      globalThis.tried.resolve();
    }
  },
`;

type Signal = PromiseWithResolvers<void>;
const world = globalThis as unknown as { paid: number; booking: Signal; gate: Signal; tried: Signal }; // what the tools use

function signal(): Signal {
  return Promise.withResolvers<void>();
}

/** A step that says its text when the gate opens. */
function gated(gate: Signal, reply: ChatReply): Step {
  return async () => {
    await gate.promise;
    return reply;
  };
}

test('a process that claims a run again which it had lost keeps it up, whatever becomes of its first try', async () => {
  const stage = await openStage(project.dir);
  const [before, after] = [signal(), signal()];
  const chat = scriptedModel([gated(before, say('old')), gated(after, say('new'))]);
  const context = await stage.open(chat);
  const ids = await ask(context, 'hi');
  await expect.poll(() => chat.requests.length, { timeout: 10_000 }).toBe(1);
  const lost = context.turns.running.get(ids.runId);
  await loseClaims(context);
  await expect.poll(() => chat.requests.length, { timeout: 10_000 }).toBe(2);
  before.resolve();
  await lost?.over;
  expect([...context.turns.running.keys()]).toEqual([ids.runId]);
  after.resolve();
  expect((await watch(context, ids)).at(-1)).toMatchObject({ answer: { content: 'new' } });
});

test('who has a claim no more begins nothing: the run stays with whoever has it', async () => {
  const stage = await openStage(project.dir);
  const frozen = await stage.open(scriptedModel([]));
  const { claimRuns } = frozen.queue;
  frozen.queue.claimRuns = async () => [];
  frozen.turns.takePlace = () => undefined;
  const ids = await ask(frozen, 'hi');
  const [claim] = await claimRuns(1);
  if (!claim) throw new Error('there was a run to claim');
  const gate = signal();
  const chat = scriptedModel([gated(gate, say('mine'))]);
  const context = await stage.takeOver(frozen, chat);
  await expect.poll(() => chat.requests.length, { timeout: 10_000 }).toBe(1);
  await carryOut(frozen, claim, { signal: new AbortController().signal, control: new RunControl() });
  gate.resolve();
  const events = await watch(context, ids);
  expect(events.filter(({ type }) => type === 'turn-start')).toHaveLength(1);
  expect(events.at(-1)).toMatchObject({ answer: { content: 'mine' } });
  expect(await getRun(context.db, ids.runId)).toMatchObject({ attempt: 1, crashes: 1 });
});

test('a run that begins and one that makes it stop at the same moment do not wait for each other', async ({
  skip,
}) => {
  const stage = await openStage(project.dir);
  if (stage.made.database.kind === 'pglite') skip('the embedded database does one thing at a time');
  const context = await stage.open(scriptedModel([]));
  const { db } = context;
  const { runId, threadId } = await ask(context, 'hi', { afterSeconds: 3_600 });
  let begun: Promise<unknown> | undefined;
  await db.transaction().execute(async (trx) => {
    await sql`select from baton.thread where thread_id = ${threadId} for update`.execute(trx); // as a turn that is accepted
    begun = beginRun(db, runId);
    await expect.poll(() => waitingForLocks(context)).toBe(1);
    await askToStop(trx, { threadId }, 'interrupt');
  });
  expect(await begun).toMatchObject({ cancel: 'interrupt', status: 'running' });
});

async function waitingForLocks({ db }: AppContext): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock'`.execute(db);
  return rows[0]?.count ?? 0;
}

test('an event that is logged while the log is closed takes nothing from its last one', async () => {
  const stage = await openStage(project.dir);
  const context = await stage.open(scriptedModel([]));
  const { db } = context;
  const [threadId, runId] = [randomUUID(), randomUUID()];
  await createThread(db, { threadId, metadata: {} });
  await db.updateTable('baton.thread').set({ owner: 'me' }).where('thread_id', '=', threadId).execute();
  const late = { type: 'checkpoint', checkpointId: 'late', parentId: null, step: 1, source: 'loop' } as const;
  const log = openEventLog(context, { threadId, runId, owner: 'me', after: 0 });
  const transaction = db.transaction.bind(db);
  const execute = async (work: never) => {
    log.append(late);
    for (let time = 0; time < 20; time++) await sql`select 1`.execute(db); // there is time to write it
    return transaction().execute(work);
  };
  db.transaction = () => Object.assign(transaction(), { execute });
  await log.settle(async () => undefined, { type: 'turn-error', error: 'cancelled', message: 'Stop!' });
  const events = await readThreadEvents(db, { threadId, after: 0, limit: 10 });
  expect(events.at(-1)).toMatchObject({ type: 'turn-error' });
});

test('a tool that works on after its turn was stopped commits nothing', async () => {
  Object.assign(world, { booking: signal(), gate: signal(), tried: signal() });
  const stage = await openStage(project.dir);
  const context = await stage.open(scriptedModel([call('book')]));
  const ids = await ask(context, 'Book!');
  await world.booking.promise;
  await cancelRun(context, ids);
  expect((await watch(context, ids)).at(-1)).toMatchObject({ error: 'cancelled' });
  world.gate.resolve();
  await world.tried.promise;
  expect((await getThread(context.db, ids.threadId))?.metadata).not.toHaveProperty('booked');
});

test('a run that is to be taken back is taken back also when it is done by then', async () => {
  const stage = await openStage(project.dir);
  let ids = { threadId: '', runId: '' };
  const chat = scriptedModel([
    say('First.'),
    async () => {
      await askToStop(context.db, ids, 'rollback'); // and nobody has heard of it yet
      return say('Second.');
    },
  ]);
  const context = await stage.open(chat);
  ids = await ask(context, 'one');
  await watch(context, ids);
  const { threadId } = ids;
  const gate = signal();
  gate.resolve();
  ids = { threadId, runId: '' };
  const second = await ask(context, 'two', { threadId, afterSeconds: 1 });
  ids = second;
  expect((await watch(context, second)).at(-1)).toMatchObject({ error: 'cancelled', rolledBack: true });
  expect(await getRun(context.db, second.runId)).toBeUndefined();
  const { messages } = (await readState(context, threadId))?.values ?? { messages: [] };
  expect(messages.map(({ content }) => content)).toEqual(['one', 'First.']);
});

/** What a model says that is asked with the history as it was saved. */
const payUnlessPaid: Step = ({ messages }) => (messages.at(-1)?.type === 'tool' ? say('Paid.') : call('pay'));

test.for(['sync', 'async', 'exit'] as const)(
  'with %s durability, too, what changes the world is done once',
  async (durability) => {
    world.paid = 0;
    const stage = await openStage(project.dir);
    const gate = signal();
    const chat = scriptedModel([call('pay'), gated(gate, say('lost'))]);
    const kept = scriptedModel([payUnlessPaid, say('Paid.')]);
    const first = await stage.open(chat);
    const ids = await ask(first, 'Pay!', { config: { durability } });
    await expect.poll(() => chat.requests.length, { timeout: 10_000 }).toBe(2);
    const second = await stage.takeOver(first, kept);
    const events = await watch(second, ids);
    gate.resolve();
    expect(events.at(-1)).toMatchObject({ answer: { content: 'Paid.' } });
    expect(world.paid).toBe(1);
  },
);

test('a run that the queue lost is found among any number of runs that are only late', async () => {
  const stage = await openStage(project.dir);
  const context = await stage.open(scriptedModel([say('here')]));
  const { db, queue } = context;
  const late = await Promise.all(
    Array.from({ length: 101 }, () => ask(context, 'later', { afterSeconds: 3_600 })),
  );
  const ids = late.at(-1) ?? { threadId: '', runId: '' };
  await queue.dropRun(db, ids.runId);
  await db
    .updateTable('baton.run')
    .set({
      updated_at: sql`now() - case when run_id = ${ids.runId} then interval '2 minutes' else interval '3 minutes' end`,
    })
    .execute();
  await db.updateTable('baton.run').set({ begin_after: null }).where('run_id', '=', ids.runId).execute();
  await readmitRuns(context);
  expect((await watch(context, ids)).at(-1)).toMatchObject({ answer: { content: 'here' } });
});

test('a turn that can go on nowhere comes to an end', async () => {
  const stage = await openStage(project.dir);
  const context = await stage.open(scriptedModel([call('phone')]));
  const ids = await ask(context, 'Call them!');
  expect((await watch(context, ids)).at(-1)).toMatchObject({ type: 'turn-error', error: 'internal' });
});
