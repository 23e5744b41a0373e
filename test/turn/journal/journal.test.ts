import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { LostOwnerError } from '../../../src/checkpoint/lost-owner-error.ts';
import { LostThreadError, readThreadEvents } from '../../../src/db/events.ts';
import { openPostgres } from '../../../src/db/open-database.ts';
import { endClaims, heldClaims } from '../../../src/queue/claim-sql.ts';
import type { Queue } from '../../../src/queue/open-queue.ts';
import { inTenant, localTenant } from '../../../src/tenancy.ts';
import type { Batch } from '../../../src/turn/journal/batch.ts';
import { openJournal, RefusedError, type Writer } from '../../../src/turn/journal/journal.ts';
import { countStatements } from '../../checkpoint/support.ts';
import { makeTestDatabase } from '../../support/test-database.ts';
import { beginOne, openTestQueue, saying, stating } from './stage.ts';

const { database, drop } = await makeTestDatabase();
const counted = countStatements(database.db);
let queue: Queue;

beforeAll(async () => {
  queue = await openTestQueue(database);
});
afterAll(async () => {
  await queue.close();
  await drop();
});

const journal = openJournal(counted.db, { heldClaims, endClaims });
const begin = async () => (await beginOne(database, queue)).batch;

/** Has batches written as a run would, and tells what became of it: the thread's last number, or the error. */
function submit(batch: Batch, atOnce = false): Promise<unknown> {
  const { promise, resolve } = Promise.withResolvers<unknown>();
  let left: Batch | undefined = batch;
  const writer: Writer = {
    take() {
      const taken = left;
      left = undefined;
      return taken;
    },
    wrote: resolve,
    failed: resolve,
  };
  inTenant(localTenant, () => journal.ring(writer, atOnce));
  return promise;
}

test('what many runs have to write at one time is one statement', async () => {
  const runs: Batch[] = [];
  while (runs.length < 12) runs.push(await begin());
  counted.count();
  const all = await Promise.all(runs.map((run) => submit(stating(saying(run, 'a', 'b')))));
  expect(all).toEqual(Array(12).fill(2));
  expect(counted.count()).toBe(1);
});

test('a batch that cannot be stored hinders none of those beside it', async () => {
  const [good, bad] = [await begin(), await begin()];
  await submit(stating(bad, { id: 'twice' }), true);
  const alone: string[] = [];
  const again = stating(saying(bad, 'y'), { id: 'twice', alone: async () => void alone.push('twice') });
  expect(await Promise.all([submit(saying(good, 'x')), submit(again)])).toEqual([1, 1]);
  expect(alone).toEqual(['twice']);
});

test('who has lost the thread hears so', async () => {
  const run = await begin();
  await database.db
    .updateTable('baton.thread')
    .set({ owner: 'another:1' })
    .where('thread_id', '=', run.threadId)
    .execute();
  expect(await submit(saying(run, 'x'))).toBeInstanceOf(LostThreadError);
  const alone = async () => {
    throw new LostOwnerError(run.threadId);
  };
  expect(await submit(stating(run, { alone }))).toBeInstanceOf(LostOwnerError);
});

test('a batch whose answer was lost is known to be there', async () => {
  const run = await begin();
  await submit(saying(run, 'x'), true);
  expect(await submit(saying(run, 'x'), true)).toBe(1);
  expect(await readThreadEvents(database.db, { threadId: run.threadId, after: 0, limit: 9 })).toHaveLength(1);
});

test('an end that does not hold is refused, and is not tried by itself', async () => {
  const run = await begin();
  const end = { status: 'success', threadStatus: 'idle', retryCount: 7 } as const;
  expect(await submit({ ...saying(run, 'x'), end }, true)).toBeInstanceOf(RefusedError);
});

test('a database that does not answer is told to every run, and what it had is still to be written', async () => {
  const gone = openPostgres('postgres://postgres@127.0.0.1:1/nobody');
  onTestFinished(() => gone.close());
  const away = openJournal(gone.db, { heldClaims, endClaims });
  const told = await new Promise((resolve) => {
    inTenant(localTenant, () =>
      away.ring({
        take: () =>
          saying({ threadId: 't', runId: 'r', owner: 'o', after: 0, events: [], checkpoints: [] }, 'x'),
        wrote: resolve,
        failed: resolve,
      }),
    );
  });
  expect(told).toMatchObject({ code: 'ECONNREFUSED' });
});
