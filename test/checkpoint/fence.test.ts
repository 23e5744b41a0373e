import { randomUUID } from 'node:crypto';
import { emptyCheckpoint, uuid6 } from '@langchain/langgraph-checkpoint';
import { sql } from 'kysely';
import { afterAll, expect, test } from 'vitest';
import { KyselySaver } from '../../src/checkpoint/kysely-saver.ts';
import { LostOwnerError } from '../../src/checkpoint/lost-owner-error.ts';
import { createThread } from '../../src/db/threads.ts';
import { makeTestDatabase } from '../support/test-database.ts';
import { allOf, human, makeChat } from './support.ts';

const { database, drop } = await makeTestDatabase();
const { db } = database;
afterAll(drop);

const makeSaver = () => new KyselySaver(db, { appendOnly: ['messages'] });

async function makeThread(owner: string): Promise<string> {
  const threadId = randomUUID();
  await createThread(db, { threadId, metadata: {} });
  await giveTo(threadId, owner);
  return threadId;
}

async function giveTo(threadId: string, owner: string): Promise<void> {
  await db.updateTable('baton.thread').set({ owner }).where('thread_id', '=', threadId).execute();
}

function ownedBy(owner: string, thread_id: string) {
  return { configurable: { thread_id, owner, run_id: randomUUID() } };
}

async function storedOf(thread_id: string): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select (select count(*) from baton.checkpoint where thread_id = ${thread_id})
      + (select count(*) from baton.checkpoint_value where thread_id = ${thread_id})
      + (select count(*) from baton.checkpoint_write where thread_id = ${thread_id}) as count`.execute(db);
  return rows[0]?.count ?? 0;
}

test('who was taken over can save nothing more, and is told', async () => {
  const threadId = await makeThread('one');
  await makeChat(makeSaver()).invoke({ messages: [human('1')] }, ownedBy('one', threadId));
  const stored = await storedOf(threadId);
  await giveTo(threadId, 'two');
  const late = makeChat(makeSaver()).invoke({ messages: [human('2')] }, ownedBy('one', threadId));
  await expect(late).rejects.toThrow(LostOwnerError);
  const [tuple] = await allOf(makeSaver().list(ownedBy('two', threadId)));
  const writes = makeSaver().putWrites(
    { configurable: { ...ownedBy('one', threadId).configurable, ...tuple?.config.configurable } },
    [['agent', 'x']],
    'task',
  );
  await expect(writes).rejects.toThrow(LostOwnerError);
  expect(await storedOf(threadId)).toBe(stored);
  await makeChat(makeSaver()).invoke({ messages: [human('3')] }, ownedBy('two', threadId));
  expect(await storedOf(threadId)).toBeGreaterThan(stored);
});

test('a run is taken over in the middle of its work and stops at its next step', async () => {
  const threadId = await makeThread('one');
  const saver = makeSaver();
  const saved: string[] = [];
  const config = ownedBy('one', threadId);
  const onSaved = async ({ checkpointId }: { checkpointId: string }) => {
    saved.push(checkpointId);
    await giveTo(threadId, 'two');
  };
  const run = makeChat(saver).invoke(
    { messages: [human('1')] },
    { configurable: { ...config.configurable, onSaved }, durability: 'sync' },
  );
  await expect(run).rejects.toThrow(LostOwnerError);
  expect(await allOf(saver.list(config))).toHaveLength(saved.length);
});

test('neither the owner nor who hears of checkpoints stands in their metadata, and the run does', async () => {
  const threadId = await makeThread('one');
  const configurable = { ...ownedBy('one', threadId).configurable, onSaved: () => undefined };
  const chat = makeChat(makeSaver());
  await chat.invoke({ messages: [human('1')] }, { configurable });
  await chat.updateState({ configurable }, { agent: 'x' }, 'answer');
  const all = await allOf(makeSaver().list(ownedBy('one', threadId)));
  expect(new Set(all.flatMap(({ metadata }) => Object.keys(metadata ?? {})))).toEqual(
    new Set(['source', 'step', 'parents', 'run_id']),
  );
  expect(JSON.stringify(all)).not.toContain('onSaved');
});

/** Many ids at once: a put either comes before its takeover or is refused, whatever the order in which locks are granted. */
test('a put that meets a takeover is there before it or not at all', async () => {
  const saver = makeSaver();
  const rounds = Array.from({ length: 30 }, async (_, round) => {
    const threadId = await makeThread('one');
    const put = async () => {
      const checkpoint = { ...emptyCheckpoint(), id: uuid6(0) };
      return saver.put(
        ownedBy('one', threadId),
        checkpoint,
        { source: 'loop', step: round, parents: {} },
        {},
      );
    };
    const takeOver = db.transaction().execute(async (trx) => {
      await trx.updateTable('baton.thread').set({ owner: 'two' }).where('thread_id', '=', threadId).execute();
      const { rows } = await sql<{ count: number }>`
        select count(*) as count from baton.checkpoint where thread_id = ${threadId}`.execute(trx);
      return rows[0]?.count;
    });
    const outcome = put().then(
      () => 1,
      (error: unknown) => (error instanceof LostOwnerError ? 0 : expect.fail(String(error))),
    );
    expect(await takeOver).toBe(await outcome);
  });
  await Promise.all(rounds);
});
