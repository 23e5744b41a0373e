import { randomUUID } from 'node:crypto';
import { expect, test, vi } from 'vitest';
import type { AppContext } from '../../../src/app-context.ts';
import { type Cron, getCron } from '../../../src/db/crons.ts';
import { listRuns } from '../../../src/db/runs.ts';
import { createThread } from '../../../src/db/threads.ts';
import { checkInput } from '../../../src/http/check-input.ts';
import { createCron } from '../../../src/http/langgraph/cron-changes.ts';
import { cronRequestSchema } from '../../../src/http/langgraph/cron-request.ts';
import { fireCron, fireCrons } from '../../../src/http/langgraph/fire-cron.ts';
import { readmitCrons } from '../../../src/turn/plan-cron.ts';
import { makeDue } from '../../support/make-due.ts';
import { say, scriptedModel } from '../../support/scripted-model.ts';
import { openStage } from '../../support/two-processes.ts';

const desk = 'test/fixtures/desk';
const chat = () => scriptedModel(Array.from({ length: 20 }, () => say('Hello.')));
const patience = { timeout: 15_000, interval: 100 };

/** A cron on a new thread. */
async function makeCron(context: AppContext): Promise<Cron & { thread_id: string }> {
  const threadId = randomUUID();
  await createThread(context.db, { threadId, metadata: {} });
  const asked = { assistant_id: 'desk', schedule: '0 12 * * *', input: { messages: 'Hello?' } };
  const cron = await createCron(context, checkInput(cronRequestSchema, asked), threadId);
  return { ...cron, thread_id: threadId };
}

function countRuns({ db }: AppContext, threadId: string): Promise<number> {
  return listRuns(db, threadId, { limit: 100, offset: 0 }).then((runs) => runs.length);
}

async function untilNoon({ db }: AppContext, cronId: string): Promise<void> {
  await vi.waitFor(
    async () => expect((await getCron(db, cronId))?.next_run_date?.toISOString()).toMatch(/T12:00:00.000Z$/),
    patience,
  );
}

test('of several replicas that are given the same date, one run comes', async () => {
  const stage = await openStage(desk);
  const [one, other] = [await stage.open(chat()), await stage.open(chat())];
  const { cron_id, thread_id } = await makeCron(one);
  const job = await makeDue(one, cron_id, 6);
  await Promise.all([fireCrons(one), fireCrons(other), fireCron(one, job), fireCron(other, job)]);
  await untilNoon(one, cron_id);
  const another = await makeCron(one);
  await makeDue(one, another.cron_id); // behind the jobs of the first in the queue
  await untilNoon(other, another.cron_id);
  expect(await countRuns(one, thread_id)).toBe(1);
});

test('a cron whose process dies between the run and the next date starts no second run, and goes on', async () => {
  const stage = await openStage(desk);
  const context = await stage.open(chat());
  const { cron_id, thread_id } = await makeCron(context);
  const job = await makeDue(context, cron_id, 0);
  const dies = {
    ...context.queue,
    nextTime(): never {
      throw new Error('the process is gone');
    },
  };
  await expect(fireCron({ ...context, queue: dies }, job)).rejects.toThrow('gone');
  expect(await countRuns(context, thread_id)).toBe(1);
  await fireCron(context, job);
  await untilNoon(context, cron_id);
  expect(await countRuns(context, thread_id)).toBe(1);
});

test('dates that were missed while no process was there are made up for by one run', async () => {
  const stage = await openStage(desk);
  const gone = await stage.open(chat());
  const { cron_id, thread_id } = await makeCron(gone);
  await makeDue(gone, cron_id);
  const back = await stage.takeOver(gone, chat());
  await fireCrons(back);
  await untilNoon(back, cron_id);
  expect(await countRuns(back, thread_id)).toBe(1);
});

test('a process that is stopping leaves the date to another', async () => {
  const stage = await openStage(desk);
  const context = await stage.open(chat());
  const { cron_id, thread_id } = await makeCron(context);
  const job = await makeDue(context, cron_id, 0);
  context.turns.stopping = true;
  await expect(fireCron(context, job)).rejects.toMatchObject({ code: 'unavailable' });
  context.turns.stopping = false;
  await fireCron(context, job);
  expect(await countRuns(context, thread_id)).toBe(1);
});

test('a cron that the queue has lost sight of is put back', async () => {
  const stage = await openStage(desk);
  const context = await stage.open(chat());
  const { cron_id, thread_id } = await makeCron(context);
  const hourAgo = new Date(Date.now() - 3_600_000);
  await context.db
    .updateTable('baton.cron')
    .set({ next_run_date: hourAgo })
    .where('cron_id', '=', cron_id)
    .execute();
  for (let time = 0; time < 2; time++) await readmitCrons(context);
  await fireCrons(context);
  await untilNoon(context, cron_id);
  expect(await countRuns(context, thread_id)).toBe(1);
});
