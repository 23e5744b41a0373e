import { Client, type Run } from '@langchain/langgraph-sdk';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { getRun } from '../../../src/db/runs.ts';
import { sweepThreads } from '../../../src/turn/sweep-threads.ts';
import { makeDue } from '../../support/make-due.ts';
import { say } from '../../support/scripted-model.ts';
import { startService, type TestService } from '../../support/start-service.ts';

let service: TestService;
let client: Client;
const input = { messages: [{ role: 'user', content: 'Hello?' }] };
const noon = { schedule: '0 12 * * *', input };
const patience = { timeout: 15_000, interval: 100 };

beforeAll(async () => {
  service = await startService();
  service.script(...Array.from({ length: 100 }, () => say('Hello.')));
  client = new Client({ apiUrl: service.url, apiKey: null, callerOptions: { maxRetries: 0 } });
});
afterAll(() => service.stop());

/** The runs that a cron started, oldest first. */
async function runsOf(cronId: string): Promise<Run[]> {
  const threads = await client.threads.search({ metadata: { cron_id: cronId }, limit: 100 });
  const runs = await Promise.all(threads.map(({ thread_id }) => client.runs.list(thread_id)));
  return runs.flat().sort((a, b) => (a.run_id < b.run_id ? -1 : 1));
}

async function cronOf(cronId: string) {
  const answer = await fetch(`${service.url}/runs/crons/${cronId}`);
  return (await answer.json()) as { next_run_date: string | null; enabled: boolean };
}

/** Waits until a cron has gone on to its next date. */
function fired(cronId: string, due: string): Promise<void> {
  return vi.waitFor(async () => expect((await cronOf(cronId)).next_run_date).not.toBe(due), patience);
}

test('a cron starts a run on a thread of its own, as its assistant is then, and goes on to the next date', async () => {
  const { assistant_id } = await client.assistants.create({ graphId: 'desk', context: { shop: 'north' } });
  const { cron_id } = await client.crons.create(assistant_id, {
    ...noon,
    metadata: { team: 'a' },
    config: { recursion_limit: 30 },
    onRunCompleted: 'keep',
  });
  await client.assistants.update(assistant_id, { context: { shop: 'south' } });
  const { due } = await makeDue(service.context, cron_id);
  await fired(cron_id, due);
  const [run, ...others] = await runsOf(cron_id);
  if (!run) throw new Error('no run');
  expect(others).toEqual([]);
  expect(await client.runs.join(run.thread_id, run.run_id)).toMatchObject({
    messages: [{ content: 'Hello?' }, { content: 'Hello.' }],
  });
  expect(await client.runs.get(run.thread_id, run.run_id)).toMatchObject({
    assistant_id,
    status: 'success',
    metadata: { team: 'a', cron_id },
  });
  expect((await getRun(service.context.db, run.run_id))?.config).toMatchObject({
    recursionLimit: 30,
    context: { shop: 'south' },
  });
  expect((await cronOf(cron_id)).next_run_date).toMatch(/T12:00:00.000Z$/);
});

test('the thread of a run’s own goes with its end unless it is to be kept', async () => {
  const { cron_id } = await client.crons.create('desk', noon);
  await fired(cron_id, (await makeDue(service.context, cron_id)).due);
  const { db } = service.context;
  const runs = () =>
    db
      .selectFrom('baton.run')
      .select(['thread_id', 'status'])
      .where(sql<boolean>`metadata @> ${JSON.stringify({ cron_id })}`)
      .execute();
  await vi.waitFor(async () => expect(await runs()).toMatchObject([{ status: 'success' }]), patience);
  const hourAgo = new Date(Date.now() - 3_600_000);
  for (const { thread_id } of await runs()) {
    await db.updateTable('baton.run').set({ ended_at: hourAgo }).where('thread_id', '=', thread_id).execute();
    await db
      .updateTable('baton.thread')
      .set({ updated_at: hourAgo })
      .where('thread_id', '=', thread_id)
      .execute();
  }
  await sweepThreads(service.context);
  expect(await runs()).toEqual([]);
});

test('the runs of a cron on a thread come one after another there', async () => {
  const { thread_id } = await client.threads.create();
  const { cron_id } = await client.crons.createForThread(thread_id, 'desk', {
    ...noon,
    input: { messages: [{ role: 'user', content: 'Hello?', id: 'always-this' }] },
  });
  for (let time = 0; time < 2; time++) await fired(cron_id, (await makeDue(service.context, cron_id)).due);
  const runs = await client.runs.list(thread_id);
  expect(runs).toHaveLength(2);
  for (const { run_id } of runs) await client.runs.join(thread_id, run_id);
  const { values } = await client.threads.getState<{ messages: { content: string }[] }>(thread_id);
  expect(values.messages.map(({ content }) => content)).toEqual(['Hello?', 'Hello.', 'Hello?', 'Hello.']);
});

test('a schedule fires again and again, until it is disabled', async () => {
  const { thread_id } = await client.threads.create();
  const { cron_id } = await client.crons.createForThread(thread_id, 'desk', {
    schedule: '* * * * * *',
    input,
  });
  await vi.waitFor(
    async () => expect((await client.runs.list(thread_id)).length).toBeGreaterThan(1),
    patience,
  );
  expect((await client.crons.update(cron_id, { enabled: false })).next_run_date).toBeNull();
}, 60_000);

test('a job for another date than the cron’s does nothing', async () => {
  const { cron_id } = await client.crons.create('desk', { ...noon, onRunCompleted: 'keep' });
  const before = (await cronOf(cron_id)).next_run_date;
  await service.context.queue.addJob(service.context.db, 'cron', {
    cronId: cron_id,
    due: '2026-01-01T00:00:00.000Z',
  });
  const other = await client.crons.create('desk', { ...noon, onRunCompleted: 'keep' });
  await fired(other.cron_id, (await makeDue(service.context, other.cron_id)).due); // behind the first in the queue
  expect(await runsOf(cron_id)).toEqual([]);
  expect((await cronOf(cron_id)).next_run_date).toBe(before);
});

test('a cron whose end came while nobody was there to fire it starts nothing', async () => {
  const { cron_id } = await client.crons.create('desk', { ...noon, onRunCompleted: 'keep' });
  await client.crons.update(cron_id, { endTime: '2020-01-01T00:00:00Z' });
  const { due } = await makeDue(service.context, cron_id);
  await fired(cron_id, due);
  expect((await cronOf(cron_id)).next_run_date).toBeNull();
  expect(await runsOf(cron_id)).toEqual([]);
});

test('a cron whose assistant is gone is kept, and tried at its next date', async () => {
  const { assistant_id } = await client.assistants.create({ graphId: 'desk' });
  const { cron_id } = await client.crons.create(assistant_id, { ...noon, onRunCompleted: 'keep' });
  await client.assistants.delete(assistant_id);
  await fired(cron_id, (await makeDue(service.context, cron_id)).due);
  expect(await cronOf(cron_id)).toMatchObject({
    enabled: true,
    next_run_date: expect.stringMatching(/T12:00/),
  });
  expect(await runsOf(cron_id)).toEqual([]);
  expect(await client.crons.update(cron_id, { enabled: false })).toMatchObject({ enabled: false });
  await client.crons.update(cron_id, { enabled: true });
  await client.assistants.create({ graphId: 'desk', assistantId: assistant_id });
  await fired(cron_id, (await makeDue(service.context, cron_id)).due);
  expect(await runsOf(cron_id)).toHaveLength(1);
});
