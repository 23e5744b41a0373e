import { sql } from 'kysely';
import { afterAll, expect, test } from 'vitest';
import { KyselySaver } from '../../src/checkpoint/kysely-saver.ts';
import { makeTestDatabase } from '../support/test-database.ts';
import { allOf, countStatements, human, makeChat, on } from './support.ts';

const { database, drop } = await makeTestDatabase();
const { db } = database;
afterAll(drop);

const perTurn = {
  sync: { read: 1, checkpoints: 3, writes: 2 },
  async: { read: 1, checkpoints: 3, writes: 2 },
  exit: { read: 1, checkpoints: 1, writes: 0 },
};

test.each(['sync', 'async', 'exit'] as const)(
  'a turn costs the same statements, first or fiftieth: %s',
  async (durability) => {
    const counted = countStatements(db);
    const chat = makeChat(new KyselySaver(counted.db, { appendOnly: ['messages'] }));
    const counts: number[] = [];
    for (let turn = 0; turn < 50; turn++) {
      await chat.invoke({ messages: [human(`${turn}`)] }, { ...on(`count-${durability}`), durability });
      counts.push(counted.count());
    }
    const { read, checkpoints, writes } = perTurn[durability];
    expect(new Set(counts)).toEqual(new Set([read + checkpoints + writes]));
  },
);

async function bytesOf(thread: string): Promise<number> {
  const { rows } = await sql<{ bytes: number }>`
    select (
      select coalesce(sum(pg_column_size(r)), 0) from baton.checkpoint r where thread_id = ${thread}
    ) + (
      select coalesce(sum(pg_column_size(r)), 0) from baton.checkpoint_value r where thread_id = ${thread}
    ) + (
      select coalesce(sum(pg_column_size(r)), 0) from baton.checkpoint_write r where thread_id = ${thread}
    ) as bytes`.execute(db);
  return Number(rows[0]?.bytes);
}

test('a turn writes the same bytes, tenth or three hundredth', async () => {
  const chat = makeChat(new KyselySaver(db, { appendOnly: ['messages'] }));
  const config = on('long');
  const written = new Map<number, number>();
  for (let turn = 1; turn <= 300; turn++) {
    const watched = turn === 10 || turn === 300;
    const before = watched ? await bytesOf('long') : 0;
    await chat.invoke({ messages: [human(`${turn}`.padStart(4, '0'), 'x'.repeat(1000))] }, config);
    if (watched) written.set(turn, (await bytesOf('long')) - before);
  }
  const tenth = written.get(10) ?? 0;
  expect(tenth).toBeGreaterThan(1000);
  // the name of the agent holds the number of messages, which gets longer
  expect(Math.abs((written.get(300) ?? 0) - tenth)).toBeLessThan(30);
  const state = await chat.getState(config);
  expect(state.values.messages).toHaveLength(600);
});

test('without the name of its channel an array is stored in full, and reads the same', async () => {
  const chat = makeChat(new KyselySaver(db));
  for (const turn of [1, 2, 3]) await chat.invoke({ messages: [human(`${turn}`)] }, on('whole'));
  const chains = await db
    .selectFrom('baton.checkpoint_value')
    .select('chain')
    .where('thread_id', '=', 'whole')
    .execute();
  expect(chains.every(({ chain }) => chain === null)).toBe(true);
  expect((await chat.getState(on('whole'))).values.messages).toHaveLength(6);
});

test('a page of the history costs one statement', async () => {
  const counted = countStatements(db);
  const chat = makeChat(new KyselySaver(counted.db, { appendOnly: ['messages'], pageSize: 4 }));
  for (const turn of [1, 2, 3]) await chat.invoke({ messages: [human(`${turn}`)] }, on('pages'));
  counted.count();
  const history = await allOf(chat.getStateHistory(on('pages')));
  expect(history.map(({ metadata }) => metadata?.step)).toEqual([7, 6, 5, 4, 3, 2, 1, 0, -1]);
  expect(counted.count()).toBe(3);
  expect(await allOf(chat.getStateHistory(on('pages'), { limit: 3 }))).toHaveLength(3);
  expect(counted.count()).toBe(1);
});
