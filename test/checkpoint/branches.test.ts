import type { RunnableConfig } from '@langchain/core/runnables';
import { emptyCheckpoint, uuid6 } from '@langchain/langgraph-checkpoint';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { KyselySaver } from '../../src/checkpoint/kysely-saver.ts';
import { runsOf, seedOf } from '../support/property-runs.ts';
import { makeTestDatabase } from '../support/test-database.ts';
import { allOf, human, idsOf, makeChat, on } from './support.ts';

const { database, drop } = await makeTestDatabase();
const { db } = database;
afterAll(drop);

const makeSaver = () => new KyselySaver(db, { appendOnly: ['messages'] });

/** Saves a state of one array on top of another, as LangGraph does between steps. */
async function putItems(
  saver: KyselySaver,
  parent: RunnableConfig,
  items: unknown[],
): Promise<RunnableConfig> {
  const before = await saver.getTuple({ configurable: { checkpoint_id: 'none', ...parent.configurable } });
  const messages = saver.getNextVersion(before?.checkpoint.channel_versions.messages as number | undefined);
  const checkpoint = { ...emptyCheckpoint(), id: uuid6(0), channel_versions: { messages } };
  return saver.put(
    parent,
    { ...checkpoint, channel_values: { messages: items } },
    { source: 'loop', step: 0, parents: {} },
    { messages },
  );
}

async function getItems(saver: KyselySaver, config: RunnableConfig): Promise<unknown[]> {
  return (await saver.getTuple(config))?.checkpoint.channel_values.messages as unknown[];
}

/** How many chains a thread has, and how many items its rows hold in total. */
async function chainsOf(thread: string): Promise<{ chains: number; items: number }> {
  const rows = await db
    .selectFrom('baton.checkpoint_value')
    .select(['chain', 'chain_start', 'chain_end'])
    .where('thread_id', '=', thread)
    .where('chain', 'is not', null)
    .execute();
  const items = rows.reduce((sum, row) => sum + Number(row.chain_end) - Number(row.chain_start), 0);
  return { chains: new Set(rows.map((row) => row.chain)).size, items };
}

test('a fork and the branch that it left both continue, and share what they have in common', async () => {
  const chat = makeChat(makeSaver());
  await chat.invoke({ messages: [human('1')] }, on('fork'));
  await chat.invoke({ messages: [human('2')] }, on('fork'));
  const trunk = await chat.getState(on('fork'));
  const old = (await allOf(chat.getStateHistory(on('fork')))).find(({ metadata }) => metadata?.step === 1);
  const forked = await chat.updateState(old?.config ?? {}, { messages: [human('fork')] }, 'answer');
  const branch = await chat.invoke({ messages: [human('3')] }, forked);
  expect(idsOf(branch)).toEqual(['1', '1-reply', 'fork', '3', '3-reply']);

  const left = await chat.invoke({ messages: [human('4')] }, trunk.config);
  expect(idsOf(left)).toEqual(['1', '1-reply', '2', '2-reply', '4', '4-reply']);
  expect(idsOf((await chat.getState(forked)).values)).toEqual(['1', '1-reply', 'fork']);
  expect(idsOf((await chat.getState(trunk.config)).values)).toEqual(['1', '1-reply', '2', '2-reply']);
  expect(await chainsOf('fork')).toEqual({ chains: 2, items: 9 });
});

test('two savers that take turns on one thread see and extend each other', async () => {
  const chats = [makeChat(makeSaver()), makeChat(makeSaver())] as const;
  for (let turn = 0; turn < 10; turn++) {
    const state = await chats[(turn % 2) as 0 | 1].invoke({ messages: [human(`${turn}`)] }, on('alternate'));
    expect(idsOf(state)).toHaveLength(2 * turn + 2);
  }
  expect(await chainsOf('alternate')).toEqual({ chains: 1, items: 20 });
});

test('many savers that continue one checkpoint at the same moment each keep their own items', async () => {
  const root = await putItems(makeSaver(), on('race'), [{ id: 'root' }]);
  const savers = Array.from({ length: 8 }, makeSaver);
  const bases = await Promise.all(savers.map((saver) => getItems(saver, root)));
  const puts = savers.map((saver, i) => putItems(saver, root, [...(bases[i] ?? []), { id: `${i}` }]));
  const configs = await Promise.all(puts);
  const states = await Promise.all(configs.map((config) => getItems(makeSaver(), config)));
  expect(states).toEqual(savers.map((_, i) => [{ id: 'root' }, { id: `${i}` }]));
  expect(await chainsOf('race')).toEqual({ chains: 8, items: 9 });
});

test('runs on many threads at once do not mix', async () => {
  const chat = makeChat(makeSaver());
  const shared = human('shared');
  const threads = Array.from({ length: 12 }, (_, i) => `thread-${i}`);
  const run = async (thread: string) => {
    await chat.invoke({ messages: [shared] }, on(thread));
    await chat.invoke({ messages: [shared, human(thread)] }, on(thread));
  };
  await Promise.all(threads.map(run));
  for (const thread of threads) {
    const { values } = await chat.getState(on(thread));
    expect(idsOf(values)).toEqual(['shared', 'shared-reply', 'shared', thread, `${thread}-reply`]);
  }
});

test('an array that was edited or cut is stored in full', async () => {
  const saver = makeSaver();
  const [a, b, c] = [{ id: 'a' }, { id: 'b' }, { id: 'c' }];
  const whole = await putItems(saver, on('edit'), [a, b, c]);
  const edited = await putItems(saver, whole, [a, { id: 'B' }, c]);
  const cut = await putItems(saver, edited, [a]);
  const none = await putItems(saver, cut, []);
  const again = await putItems(saver, none, [c]);
  const states = await Promise.all(
    [whole, edited, cut, none, again].map((config) => getItems(makeSaver(), config)),
  );
  expect(states).toEqual([[a, b, c], [a, { id: 'B' }, c], [a], [], [c]]);
});

test('a run whose thread is deleted under it saves its whole state again', async () => {
  const [saver, other] = [makeSaver(), makeSaver()];
  const first = await putItems(saver, on('gone'), [{ id: 'a' }]);
  const items = await getItems(saver, first);
  await other.deleteThread('gone');
  const next = await putItems(saver, first, [...items, { id: 'b' }]);
  expect(await getItems(other, next)).toEqual([{ id: 'a' }, { id: 'b' }]);
});

test('a put that is repeated changes nothing', async () => {
  const saver = makeSaver();
  const first = await putItems(saver, on('repeat'), [{ id: 'a' }]);
  const tuple = await saver.getTuple(first);
  const { checkpoint, metadata } = tuple ?? expect.fail();
  const versions = checkpoint.channel_versions;
  await saver.put(on('repeat'), checkpoint, metadata ?? expect.fail(), versions);
  expect(await saver.getTuple(first)).toEqual(tuple);
  const next = await putItems(saver, first, [...((await getItems(saver, first)) ?? []), { id: 'b' }]);
  expect(await getItems(saver, next)).toEqual([{ id: 'a' }, { id: 'b' }]);
});

test('an array with a missing part is reported, not cut short', async () => {
  const saver = makeSaver();
  const first = await putItems(saver, on('hole'), [{ id: 'a' }]);
  const next = await putItems(saver, first, [...(await getItems(saver, first)), { id: 'b' }]);
  await db
    .deleteFrom('baton.checkpoint_value')
    .where('thread_id', '=', 'hole')
    .where('chain_start', '=', 0)
    .execute();
  await expect(saver.getTuple(next)).rejects.toThrow('has 1 of 2 items of "messages"');
});

test('the last checkpoint is the one saved last, whatever clock made its id', async () => {
  const saver = makeSaver();
  const put = (id: string) =>
    saver.put(on('clock'), { ...emptyCheckpoint(), id }, { source: 'loop', step: 0, parents: {} }, {});
  await put('ffffffff-0000-6000-8000-000000000000');
  await put('00000000-0000-6000-8000-000000000000');
  expect((await saver.getTuple(on('clock')))?.checkpoint.id).toMatch(/^00000000/);
});

test('a branch of a branch of a branch begins anew before its base gets long', async () => {
  const saver = makeSaver();
  let tip = await putItems(saver, on('deep'), [{ id: 'root' }]);
  for (let depth = 1; depth <= 20; depth++) {
    await putItems(saver, tip, [...(await getItems(saver, tip)), { id: 'left behind' }]);
    tip = await putItems(saver, tip, [...(await getItems(saver, tip)), { id: `${depth}` }]);
  }
  const expected = ['root', ...Array.from({ length: 20 }, (_, depth) => `${depth + 1}`)];
  expect(await getItems(saver, tip)).toEqual(expected.map((id) => ({ id })));
  const rows = await db
    .selectFrom('baton.checkpoint_value')
    .select('base')
    .where('thread_id', '=', 'deep')
    .execute();
  expect(Math.max(...rows.map(({ base }) => base?.length ?? 0))).toBe(16);
});

type Step = { saver: number; reload: boolean; from: number; keep: number; add: number };

const steps = fc.array(
  fc.record<Step>({
    saver: fc.nat({ max: 1 }),
    reload: fc.boolean(),
    from: fc.nat({ max: 100 }),
    keep: fc.oneof({ arbitrary: fc.constant(100), weight: 4 }, { arbitrary: fc.nat({ max: 5 }), weight: 1 }),
    add: fc.nat({ max: 3 }),
  }),
  { minLength: 1, maxLength: 30 },
);

test('whatever two savers append, cut and fork, every checkpoint reads as it was written', async () => {
  let threads = 0;
  const check = async (plan: Step[]) => {
    const root = on(`model-${threads++}`);
    const savers = [makeSaver(), makeSaver()] as const;
    const written: { config: RunnableConfig; items: unknown[] }[] = [];
    for (const [i, { saver, reload, from, keep, add }] of plan.entries()) {
      const parent = written[from % (written.length || 1)];
      const known = parent?.items ?? [];
      const loaded = parent && reload ? await getItems(savers[saver as 0 | 1], parent.config) : known;
      expect(loaded).toEqual(known);
      const items = [
        ...loaded.slice(0, keep),
        ...Array.from({ length: add }, (_, n) => ({ id: `${i}.${n}` })),
      ];
      written.push({ config: await putItems(savers[saver as 0 | 1], parent?.config ?? root, items), items });
    }
    for (const { config, items } of written) expect(await getItems(makeSaver(), config)).toEqual(items);
    const listed = await allOf(makeSaver().list(root));
    expect(listed.map((tuple) => tuple.checkpoint.channel_values.messages)).toEqual(
      written.map(({ items }) => items).reverse(),
    );
  };
  await fc.assert(fc.asyncProperty(steps, check), { numRuns: runsOf(60), seed: seedOf(1) });
}, 60_000);
