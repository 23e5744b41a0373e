import { afterAll, beforeAll, expect, test } from 'vitest';
import { KyselySaver } from '../../../src/checkpoint/kysely-saver.ts';
import { longestRow } from '../../../src/db/event-rows.ts';
import { appendEvents, readThreadEvents } from '../../../src/db/events.ts';
import { beginRun, getRun } from '../../../src/db/runs.ts';
import { getThread } from '../../../src/db/threads.ts';
import { endClaims, heldClaims } from '../../../src/queue/claim-sql.ts';
import type { Queue } from '../../../src/queue/open-queue.ts';
import type { Batch } from '../../../src/turn/journal/batch.ts';
import { writeBatches } from '../../../src/turn/journal/write-batches.ts';
import { rangesOf } from '../../support/ranges-of.ts';
import { makeTestDatabase } from '../../support/test-database.ts';
import { beginOne, openTestQueue, runRow, saying, stating } from './stage.ts';

const { database, drop } = await makeTestDatabase();
const { db } = database;
let queue: Queue;

beforeAll(async () => {
  queue = await openTestQueue(database);
});
afterAll(async () => {
  await queue.close();
  await drop();
});

const write = (...batches: Batch[]) => writeBatches(db, batches, { heldClaims, endClaims });
const begin = async () => (await beginOne(database, queue)).batch;

async function textsOf({ threadId }: Batch): Promise<string[]> {
  const events = await readThreadEvents(db, { threadId, after: 0, limit: 100 });
  return events.map((event) => `${event.seq} ${event.type === 'text-delta' ? event.text : event.type}`);
}

test('the events and states of several runs are written at once, each behind what its thread has', async () => {
  const [one, other] = [await begin(), await begin()];
  const first = await write(saying(one, 'a', 'b'), stating(saying(other, '\u0000 and \ud800')));
  expect(first).toEqual([2, 1]);
  expect(await write(saying({ ...one, after: 2 }, 'c'))).toEqual([3]);
  expect(await textsOf(one)).toEqual(['1 a', '2 b', '3 c']);
  const tuple = await new KyselySaver(db, { appendOnly: ['messages'] }).getTuple({
    configurable: { thread_id: other.threadId },
  });
  expect(tuple?.checkpoint.channel_values).toEqual({ messages: [{ id: 'one' }] });
});

test('a run whose thread is another’s by now is left out, with all that it has to write, and keeps nobody else', async () => {
  const [held, lost] = [await begin(), await begin()];
  await db
    .updateTable('baton.thread')
    .set({ owner: 'another:2' })
    .where('thread_id', '=', lost.threadId)
    .execute();
  expect(await write(stating(saying(lost, 'x')), saying(held, 'y'))).toEqual([undefined, 1]);
  expect(await textsOf(lost)).toEqual([]);
  const states = await db
    .selectFrom('baton.checkpoint')
    .select('checkpoint_id')
    .where('thread_id', '=', lost.threadId)
    .execute();
  expect(states).toEqual([]);
});

test('of two tries of one run, one of which has lost it, the other alone is said to be written', async () => {
  const now = await begin();
  const lost = { ...now, owner: 'another:1' };
  expect(await write(stating(saying(lost, 'old')), stating(saying(now, 'new')))).toEqual([undefined, 1]);
  const next = { ...now, after: 1 };
  expect(await write(ending({ ...lost, after: 1 }, 1), ending(next))).toEqual([undefined, 2]);
  expect(await textsOf(now)).toEqual(['1 new', '2 the end']);
});

test('a batch that was written before is left out: its events are not there twice', async () => {
  const run = await begin();
  expect(await write(saying(run, 'once'))).toEqual([1]);
  expect(await write(saying(run, 'once'))).toEqual([undefined]);
  expect(await textsOf(run)).toEqual(['1 once']);
});

test('a state that goes on from a version which is gone is left out', async () => {
  const run = await begin();
  expect(await write(stating(saying(run, 'x'), { after: 'gone' }))).toEqual([undefined]);
  expect(await textsOf(run)).toEqual([]);
});

test('who has a thread’s row makes the journal leave it out and not wait', async ({ skip }) => {
  if (database.kind === 'pglite') skip('the embedded database does one thing at a time');
  const [free, locked] = [await begin(), await begin()];
  await db.transaction().execute(async (trx) => {
    await trx
      .selectFrom('baton.thread')
      .select('thread_id')
      .where('thread_id', '=', locked.threadId)
      .forUpdate()
      .execute();
    expect(await write(saying(locked, 'x'), saying(free, 'y'))).toEqual([undefined, 1]);
  });
});

test('a row that cannot be stored has nothing written, of nobody', async () => {
  const [one, other] = [await begin(), await begin()];
  await write(stating(one, { id: 'taken' }));
  await expect(write(saying(other, 'x'), stating(saying(one, 'y'), { id: 'taken' }))).rejects.toThrow(
    /duplicate key/,
  );
  expect([await textsOf(one), await textsOf(other)]).toEqual([[], []]);
});

const ending = (batch: Batch, retryCount = 0): Batch => ({
  ...saying(batch, 'the end'),
  end: { status: 'success', threadStatus: 'idle', retryCount },
});

test('a run ends with its last event, its claim and its hold on the thread, in the same statement', async () => {
  const run = await begin();
  expect(await write(ending(run))).toEqual([1]);
  expect(await getRun(db, run.runId)).toMatchObject({ status: 'success', ended_at: expect.any(Date) });
  expect(await getThread(db, run.threadId)).toMatchObject({ status: 'idle', last_seq: 1 });
  const { owner } = await db
    .selectFrom('baton.thread')
    .select('owner')
    .where('thread_id', '=', run.threadId)
    .executeTakeFirstOrThrow();
  expect(owner).toBeNull();
  expect(
    await queue.keepClaims([{ id: run.runId, retryCount: 0, tenant: 'local', threadId: run.threadId }]),
  ).toEqual(new Set());
});

test.each([
  ['whose claim has lapsed', async (run: Batch) => ending(run, 1)],
  [
    'that somebody asked to take back',
    async (run: Batch) => {
      await db.updateTable('baton.run').set({ cancel: 'rollback' }).where('run_id', '=', run.runId).execute();
      return ending(run);
    },
  ],
  [
    'that was ended by somebody else',
    async (run: Batch) => {
      await db.updateTable('baton.run').set({ status: 'error' }).where('run_id', '=', run.runId).execute();
      return ending(run);
    },
  ],
])('the end of a run %s is not written here, and neither is its last event', async (_, make) => {
  const run = await begin();
  expect(await write(await make(run))).toEqual([undefined]);
  expect(await textsOf(run)).toEqual([]);
  expect(await getThread(db, run.threadId)).toMatchObject({ status: 'busy' });
});

test('a thread stays busy while another of its runs waits', async () => {
  const run = await begin();
  const next = runRow({ runId: '01900000-0000-7000-8000-000000000000', threadId: run.threadId });
  await db.insertInto('baton.run').values(next).execute();
  expect(await write(ending(run))).toEqual([1]);
  expect(await getThread(db, run.threadId)).toMatchObject({ status: 'busy' });
});

test('what a run wrote becomes one row as it ends, of each that ends, and of nobody else', async () => {
  const [one, other, goesOn] = [await begin(), await begin(), await begin()];
  await write(saying(one, 'a', 'b'), saying(other, 'x'), saying(goesOn, '1'));
  await write(saying({ ...one, after: 2 }, 'c'), saying({ ...goesOn, after: 1 }, '2'));
  expect(await rangesOf(db, one.threadId)).toEqual(['1-2', '3-3']);
  const ends = [ending({ ...one, after: 3 }), ending({ ...other, after: 1 })];
  expect(await write(...ends, saying({ ...goesOn, after: 2 }, '3'))).toEqual([4, 2, 3]);
  expect(await rangesOf(db, one.threadId)).toEqual(['1-4']);
  expect(await textsOf(one)).toEqual(['1 a', '2 b', '3 c', '4 the end']);
  expect(await rangesOf(db, other.threadId)).toEqual(['1-2']);
  expect(await rangesOf(db, goesOn.threadId)).toEqual(['1-1', '2-2', '3-3']);
});

test('a log into which another run wrote keeps its rows when it ends', async () => {
  const run = await begin();
  await write(saying(run, 'a'));
  const waited = { threadId: run.threadId, runId: '01900000-0000-7000-8000-000000000001' };
  await appendEvents(db, waited, saying(run, 'cancelled').events);
  expect(await write(ending({ ...run, after: 2 }))).toEqual([3]);
  expect(await rangesOf(db, run.threadId)).toEqual(['1-1', '2-2', '3-3']);
  expect(await textsOf(run)).toEqual(['1 a', '2 cancelled', '3 the end']);
});

test('a long log keeps its rows when it ends', async () => {
  const run = await begin();
  await write(saying(run, 'x'.repeat(longestRow)));
  expect(await write(ending({ ...run, after: 1 }))).toEqual([2]);
  expect(await rangesOf(db, run.threadId)).toEqual(['1-1', '2-2']);
});

test('a thread is used when a run begins and when it ends, and what the run writes meanwhile is no use of it', async () => {
  const run = await begin();
  const long = new Date(0);
  const usedAt = async () => (await getThread(db, run.threadId))?.updated_at;
  const forget = () =>
    db.updateTable('baton.thread').set({ updated_at: long }).where('thread_id', '=', run.threadId).execute();
  expect(Number(await usedAt())).toBeGreaterThan(Date.now() - 60_000);
  await forget();
  await write(saying(run, 'a'));
  expect(await usedAt()).toEqual(long);
  await beginRun(db, run.runId);
  expect(Number(await usedAt())).toBeGreaterThan(Date.now() - 60_000);
  await forget();
  await write({ ...ending({ ...run, after: 1 }), owner: `${run.runId}:2` });
  expect(Number(await usedAt())).toBeGreaterThan(Date.now() - 60_000);
});
