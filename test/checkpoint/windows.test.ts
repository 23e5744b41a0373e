import type { RunnableConfig } from '@langchain/core/runnables';
import { emptyCheckpoint, uuid6 } from '@langchain/langgraph-checkpoint';
import fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, expect, test } from 'vitest';
import { copyCheckpoints } from '../../src/checkpoint/copy-checkpoints.ts';
import { keepLatest } from '../../src/checkpoint/keep-latest.ts';
import { KyselySaver } from '../../src/checkpoint/kysely-saver.ts';
import { runsOf, seedOf } from '../support/property-runs.ts';
import { makeTestDatabase } from '../support/test-database.ts';
import { on } from './support.ts';

const { database, drop } = await makeTestDatabase();
const { db } = database;
afterAll(drop);

const makeSaver = () => new KyselySaver(db, { appendOnly: ['messages'] });

async function put(saver: KyselySaver, parent: RunnableConfig, items: unknown[]): Promise<RunnableConfig> {
  const before = await saver.getTuple({ configurable: { checkpoint_id: 'none', ...parent.configurable } });
  const messages = saver.getNextVersion(before?.checkpoint.channel_versions.messages as number | undefined);
  const checkpoint = { ...emptyCheckpoint(), id: uuid6(0), channel_versions: { messages } };
  const state = { ...checkpoint, channel_values: { messages: items } };
  return saver.put(parent, state, { source: 'loop', step: 0, parents: {} }, { messages });
}

async function itemsAt(saver: KyselySaver, config: RunnableConfig): Promise<unknown[]> {
  return (await saver.getTuple(config))?.checkpoint.channel_values.messages as unknown[];
}

async function storedOf(thread: string): Promise<{ characters: number; items: number }> {
  const { rows } = await sql<{ characters: number; items: number }>`
    select sum(length(data))::int as characters, sum(chain_end - chain_start)::int as items
    from baton.checkpoint_value where thread_id = ${thread}`.execute(db);
  return rows[0] ?? { characters: 0, items: 0 };
}

test('an array that leaves its first items behind is stored as what it adds', async () => {
  const saver = makeSaver();
  const first = await put(saver, on('left'), [{ id: 'a' }, { id: 'b' }, { id: 'c' }]);
  const before = (await itemsAt(saver, first)).slice(2);
  const second = await put(saver, first, [...before, { id: 'd' }]);
  expect(await itemsAt(makeSaver(), second)).toEqual([{ id: 'c' }, { id: 'd' }]);
  expect(await itemsAt(makeSaver(), first)).toEqual([{ id: 'a' }, { id: 'b' }, { id: 'c' }]);
  expect((await storedOf('left')).items).toBe(4);
});

test('whatever arrays add and leave behind, and whoever saves them, each state reads as it was saved', async () => {
  const step = fc.record({ leave: fc.nat(4), add: fc.nat(3), fresh: fc.boolean(), back: fc.nat(3) });
  let thread = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), async (steps) => {
      const name = `any-${thread++}`;
      let saver = makeSaver();
      const saved: { config: RunnableConfig; items: unknown[] }[] = [{ config: on(name), items: [] }];
      for (const [at, { leave, add, fresh, back }] of steps.entries()) {
        if (fresh) saver = makeSaver();
        const parent = saved.at(-1 - Math.min(back, saved.length - 1));
        if (!parent) throw new Error('there is always a first one');
        const before = parent.items.length > 0 ? await itemsAt(saver, parent.config) : [];
        const items = [
          ...before.slice(leave),
          ...Array.from({ length: add }, (_, i) => ({ id: `${at}.${i}` })),
        ];
        saved.push({ config: await put(saver, parent.config, items), items });
      }
      for (const { config, items } of saved.slice(1))
        expect(await itemsAt(makeSaver(), config)).toEqual(items);
      const last = saved.at(-1);
      if (!last) throw new Error('there is always a last one');
      await copyCheckpoints(db, name, `${name}-copy`);
      expect(await itemsAt(makeSaver(), on(`${name}-copy`, last.config.configurable?.checkpoint_id))).toEqual(
        last.items,
      );
      await keepLatest(db, name);
      expect(await itemsAt(makeSaver(), last.config)).toEqual(last.items);
    }),
    { numRuns: runsOf(25), seed: seedOf(1) },
  );
});

test('a thread whose latest state alone is kept keeps no items that this state left behind', async () => {
  const saver = makeSaver();
  let config: RunnableConfig = on('window');
  let items: unknown[] = [];
  for (let turn = 0; turn < 30; turn++) {
    items = [...(turn > 0 ? await itemsAt(saver, config) : []).slice(-4), { id: `${turn}` }];
    config = await put(saver, config, items);
  }
  await keepLatest(db, 'window');
  expect((await storedOf('window')).items).toBeLessThanOrEqual(6);
  expect(await itemsAt(makeSaver(), config)).toHaveLength(5);
});
