import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import type { AppContext } from '../../src/app-context.ts';
import { measureThread } from '../../src/checkpoint/measure-thread.ts';
import type { ThreadTtl } from '../../src/config/retention.ts';
import { createThread, getThread } from '../../src/db/threads.ts';
import { sweepThreads } from '../../src/turn/sweep-threads.ts';
import { readHistory, readState } from '../../src/turn/thread-state.ts';
import { ask, watch } from '../support/ask.ts';
import { openTestContext } from '../support/open-test-context.ts';
import { call, say, scriptedModel } from '../support/scripted-model.ts';

async function makeThread({ db }: AppContext, ttl?: ThreadTtl): Promise<string> {
  const threadId = randomUUID();
  await createThread(db, { threadId, metadata: {}, ...(ttl && { ttl }) });
  return threadId;
}

async function talk(context: AppContext, threadId: string): Promise<string> {
  const ids = await ask(context, 'Hello?', { threadId });
  await watch(context, ids);
  return ids.runId;
}

/** As if nobody had used the threads for long. */
async function letTimePass({ db }: AppContext): Promise<void> {
  await sql`
    update baton.thread set expires_at = expires_at - interval '10 years', updated_at = updated_at - interval '10 years'`.execute(
    db,
  );
  await sql`update baton.run set updated_at = updated_at - interval '10 years'`.execute(db);
}

async function leftOf({ db }: AppContext, threadId: string): Promise<number> {
  return (await measureThread(db, threadId)).bytes;
}

const chatty = () => scriptedModel(Array.from({ length: 50 }, () => say('Hello, you.')));
const hour = { minutes: 60, strategy: 'delete' } as const;

test('a thread goes with all that is kept of it when its time is over, and no other', async () => {
  const context = await openTestContext({ chat: chatty() });
  const [short, endless] = [await makeThread(context, hour), await makeThread(context)];
  for (const thread of [short, endless]) await talk(context, thread);
  expect(await sweepThreads(context)).toEqual({ deleted: 0, pruned: 0 });
  await letTimePass(context);
  expect(await sweepThreads(context)).toEqual({ deleted: 1, pruned: 0 });
  expect(await getThread(context.db, short)).toBeUndefined();
  expect(await leftOf(context, short)).toBe(0);
  expect(await leftOf(context, endless)).toBeGreaterThan(0);
});

test('a thread that is used is kept longer', async () => {
  const context = await openTestContext({ chat: chatty() });
  const thread = await makeThread(context, hour);
  await letTimePass(context);
  await talk(context, thread);
  expect(await sweepThreads(context)).toEqual({ deleted: 0, pruned: 0 });
  expect((await getThread(context.db, thread))?.expires_at?.getTime()).toBeGreaterThan(Date.now());
});

test('a thread that is kept latest goes on where it was, keeps the log of its newest run, and counts on', async () => {
  const context = await openTestContext({ chat: chatty() });
  const thread = await makeThread(context, { minutes: 0.5, strategy: 'keep_latest' });
  const runs = [await talk(context, thread), await talk(context, thread), await talk(context, thread)];
  const before = await readState(context, thread);
  const seq = (await getThread(context.db, thread))?.last_seq ?? 0;
  const logs = await Promise.all(runs.map((runId) => watch(context, { threadId: thread, runId })));
  await letTimePass(context);
  expect(await sweepThreads(context)).toEqual({ deleted: 0, pruned: 1 });
  expect(await sweepThreads(context), 'once is enough').toEqual({ deleted: 0, pruned: 0 });

  const [newest, ...older] = await readHistory(context, thread, { limit: 100 });
  expect(newest).toEqual({ ...before, parentCheckpointId: older[0]?.checkpointId });
  expect(older.map(({ values }) => values.messages.length)).toEqual([4]);
  const kept = await Promise.all(runs.map((runId) => watch(context, { threadId: thread, runId })));
  expect(kept).toEqual([logs[0]?.slice(-1), logs[1]?.slice(-1), logs[2]]);
  const ids = await ask(context, 'And now?', { threadId: thread });
  expect((await watch(context, ids))[0]?.seq).toBe(seq + 1);
  expect((await readState(context, thread))?.values.messages).toHaveLength(8);
  expect((await getThread(context.db, thread))?.expires_at).not.toBeNull();
});

test('the log of what ended lately stays', async () => {
  const context = await openTestContext({ chat: chatty() });
  const thread = await makeThread(context, { minutes: 1, strategy: 'keep_latest' });
  for (const _ of [1, 2, 3]) await talk(context, thread);
  const { events } = await measureThread(context.db, thread);
  await sql`update baton.thread set expires_at = now()`.execute(context.db);
  expect(await sweepThreads(context)).toEqual({ deleted: 0, pruned: 1 });
  expect((await measureThread(context.db, thread)).events).toEqual(events);
});

test('a thread that somebody works on is left alone until its run is over', async () => {
  const context = await openTestContext({
    chat: scriptedModel([call('look_up', { order: 0 })]),
    project: 'test/fixtures/desk',
  });
  const threads = [
    await makeThread(context, hour),
    await makeThread(context, { ...hour, strategy: 'keep_latest' }),
  ];
  for (const threadId of threads)
    await context.db
      .updateTable('baton.thread')
      .set({ status: 'busy' })
      .where('thread_id', '=', threadId)
      .execute();
  await letTimePass(context);
  expect(await sweepThreads(context)).toEqual({ deleted: 0, pruned: 0 });
  await context.db.updateTable('baton.thread').set({ status: 'idle' }).execute();
  expect(await sweepThreads(context), 'its end is a use').toEqual({ deleted: 0, pruned: 0 });
  await letTimePass(context);
  expect(await sweepThreads(context)).toEqual({ deleted: 1, pruned: 1 });
});

test('a temporary thread goes a minute after its run', async () => {
  const context = await openTestContext({ chat: chatty() });
  const ids = await ask(context, 'Hello?', { temporary: true });
  await watch(context, ids);
  expect(await sweepThreads(context)).toEqual({ deleted: 0, pruned: 0 });
  await sql`update baton.thread set updated_at = now() - interval '61 seconds'`.execute(context.db);
  expect(await sweepThreads(context)).toEqual({ deleted: 1, pruned: 0 });
  expect(await leftOf(context, ids.threadId)).toBe(0);
});

test('sweeps of many processes at once share the work', async () => {
  const context = await openTestContext();
  const strategies = ['delete', 'keep_latest'] as const;
  for (let at = 0; at < 60; at++)
    await makeThread(context, { minutes: 1, strategy: strategies[at % 2] ?? 'delete' });
  await letTimePass(context);
  const sweeps = await Promise.all([1, 2, 3, 4].map(() => sweepThreads(context)));
  const sum = (key: 'deleted' | 'pruned') => sweeps.reduce((total, swept) => total + swept[key], 0);
  const last = await sweepThreads(context);
  expect(sum('deleted') + last.deleted).toBe(30);
  expect(sum('pruned') + last.pruned).toBe(30);
  expect(await sweepThreads(context)).toEqual({ deleted: 0, pruned: 0 });
});
