import { randomUUID } from 'node:crypto';
import { Annotation, Command, END, interrupt, START, StateGraph } from '@langchain/langgraph';
import fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, expect, test } from 'vitest';
import { copyCheckpoints } from '../../src/checkpoint/copy-checkpoints.ts';
import { deleteRunCheckpoints } from '../../src/checkpoint/delete-run-checkpoints.ts';
import { keepLatest } from '../../src/checkpoint/keep-latest.ts';
import { KyselySaver } from '../../src/checkpoint/kysely-saver.ts';
import { packLines } from '../../src/db/pack-lines.ts';
import type { Message } from '../../src/message.ts';
import { runsOf, seedOf } from '../support/property-runs.ts';
import { makeTestDatabase } from '../support/test-database.ts';
import { ai, allOf, human, on, openJournal } from './support.ts';

const { database, drop } = await makeTestDatabase();
const { db } = database;
afterAll(drop);

const State = Annotation.Root({
  messages: Annotation<Message[]>({ reducer: (left, right) => left.concat(right), default: () => [] }),
  agent: Annotation<string>,
});
type Values = typeof State.State;

const lastAsked = ({ messages }: Values) =>
  String(messages.findLast(({ type }) => type === 'human')?.content);

/**
 * What a turn does is what its message says: `ask` asks a person once, `twice` two times in one node, `both` beside a node
 * that works, and `fail` fails behind its first step until somebody says `go on`.
 */
function makeGraph(checkpointer: KyselySaver, worked: string[]) {
  const id = ({ messages }: Values, name: string) => `${messages.at(-1)?.id}-${name}`;
  return new StateGraph(State)
    .addNode('think', (state) => ({ messages: [ai(id(state, 'think'))], agent: lastAsked(state) }))
    .addNode('ask', (state) => {
      const answers = [interrupt<string, string>('first?')];
      if (lastAsked(state) === 'twice') answers.push(interrupt<string, string>('second?'));
      return { messages: [ai(id(state, 'ask'), answers.join())] };
    })
    .addNode('work', (state) => {
      worked.push(id(state, 'work'));
      return { messages: [ai(id(state, 'work'))] };
    })
    .addNode('fail', () => {
      throw new Error('this turn fails');
    })
    .addNode('answer', (state) => ({ messages: [ai(id(state, 'answer'))], agent: 'answer' }))
    .addEdge(START, 'think')
    .addConditionalEdges('think', (state) => routes[lastAsked(state)] ?? ['answer'])
    .addEdge('ask', 'answer')
    .addEdge('work', END)
    .addEdge('answer', END)
    .compile({ checkpointer });
}

const routes: Record<string, string[]> = {
  ask: ['ask'],
  twice: ['ask'],
  both: ['ask', 'work'],
  fail: ['fail'],
};

const kinds = ['say', 'ask', 'twice', 'both', 'fail', 'resume', 'update', 'fork'] as const;
interface Step {
  kind: (typeof kinds)[number];
  durability: 'sync' | 'async' | 'exit';
  /** Which of the savers, as if each were another process. */
  saver: number;
  /** Which of the states to fork from, the newest being 0. */
  back: number;
  /** Its states are written through a journal, and so packed. */
  packed: boolean;
}
const step = fc.record<Step>({
  kind: fc.constantFrom(...kinds, 'twice', 'resume', 'resume'), // what waits has the most to lose
  durability: fc.constantFrom('sync', 'async', 'exit'),
  saver: fc.nat({ max: 1 }),
  back: fc.nat({ max: 6 }),
  packed: fc.boolean(),
});
interface Plan {
  before: Step[];
  action: 'roll back' | 'keep the latest' | 'roll back what was kept' | 'copy';
  /** What is rolled back. */
  taken: Step;
  after: Step[];
}
const plans = fc.record<Plan>({
  before: fc.array(step, { maxLength: 6 }),
  action: fc.constantFrom('roll back', 'keep the latest', 'roll back what was kept', 'copy'),
  taken: step,
  after: fc.array(step, { minLength: 1, maxLength: 4 }),
});

/** A few processes that work on one thread. `worked` is what its nodes did to the world. */
function openThread(thread: string) {
  const worked: string[] = [];
  const graphs = [0, 1].map(() => makeGraph(new KyselySaver(db, { appendOnly: ['messages'] }), worked));
  let made = 0;

  async function view() {
    const { values, next, tasks } = await fresh().getState(on(thread));
    const interrupts = tasks.flatMap((task) => task.interrupts.map(({ value }) => value));
    return { values, next: [...next].sort(), interrupts };
  }

  /** Carries out a step as a run of its own, and returns the run. */
  async function take({ kind, durability, saver, back, packed }: Step): Promise<string> {
    const runId = randomUUID();
    const graph = graphs[saver] ?? expect.fail();
    const content = kind === 'fork' ? 'say' : kind;
    const said = { messages: [human(`${made++}`, content)] };
    const history = await allOf(graph.getStateHistory(on(thread)));
    const from =
      kind === 'fork' ? history[Math.min(back, history.length - 1)]?.config.configurable : undefined;
    const { journal, finish } = openJournal(db, thread, durability === 'sync');
    const config = {
      configurable: { ...on(thread).configurable, ...from, run_id: runId, ...(packed && { journal }) },
      metadata: { run_id: runId },
      durability,
    };
    const waits = history[0]?.tasks.some(({ interrupts }) => interrupts.length > 0);
    if (kind === 'update') {
      if (history.length > 0) await graph.updateState(on(thread), said, 'answer');
    } else {
      const input = kind === 'resume' && waits ? new Command({ resume: `yes ${made}` }) : said;
      await graph.invoke(input as never, config).catch(
        // a command or an update: its types have one or the other
        (error: Error) => {
          if (error.message !== 'this turn fails') throw error;
        },
      );
    }
    await finish();
    return runId;
  }

  return {
    take,
    view,
    worked,
    /** The messages of both are called the same from here on. */
    countLike(count: number) {
      made = count;
    },
    count: () => made,
  };
}

const fresh = () => makeGraph(new KyselySaver(db, { appendOnly: ['messages'] }), []);

/** All that is stored of a thread, but what differs between a thread and its copy. */
async function storedOf(thread: string) {
  const rows = async (table: string, columns: string) =>
    (
      await sql`select ${sql.raw(columns)} from ${sql.raw(table)} where thread_id = ${thread} order by 1, 2, 3, 4, 5`.execute(
        db,
      )
    ).rows;
  const { rows: checkpoints } = await sql`
    select checkpoint_ns, checkpoint_id, parent_id, checkpoint::text, metadata::text
    from baton.checkpoint where thread_id = ${thread}
    union all
    select p.checkpoint_ns, line.id, line.parent, line.checkpoint::text, line.metadata::text
    from baton.checkpoint_pack p ${packLines()} where p.thread_id = ${thread} order by 1, 2`.execute(db);
  return {
    checkpoints,
    values: await rows(
      'baton.checkpoint_value',
      'checkpoint_ns, channel, version, chain_start, data, chain_end, base::text',
    ),
    writes: await rows('baton.checkpoint_write', 'checkpoint_ns, checkpoint_id, task_id, idx, channel, data'),
  };
}

test('a thread goes on as before whatever was rolled back, kept alone or copied', async () => {
  let count = 0;
  const check = async ({ before, action, taken, after }: Plan) => {
    const [thread, other] = [`original-${count}`, `twin-${count++}`];
    const original = openThread(thread);
    for (const one of before) await original.take(one);
    await copyCheckpoints(db, thread, other);
    const twin = openThread(other);
    expect(await twin.view()).toEqual(await original.view());

    if (action === 'roll back what was kept') await keepLatest(db, thread);
    if (action.startsWith('roll back')) {
      const stored = await storedOf(thread);
      await deleteRunCheckpoints(
        db,
        thread,
        await original.take({ ...taken, kind: taken.kind === 'update' ? 'say' : taken.kind }),
      );
      expect(await storedOf(thread)).toEqual(stored);
    }
    if (action === 'keep the latest') {
      const had = (await storedOf(thread)).checkpoints.length;
      expect(await keepLatest(db, thread)).toBe(Math.max(had - 1, 0));
      expect((await storedOf(thread)).checkpoints).toHaveLength(Math.min(had, 1));
    }
    expect(await twin.view()).toEqual(await original.view());

    const history = await allOf(fresh().getStateHistory(on(thread)));
    twin.countLike(original.count());
    original.worked.length = 0;
    for (const [at, one] of after.entries()) {
      const step = { ...one, back: Math.min(one.back, Math.max(history.length - 1, 0)) };
      await original.take(step);
      await twin.take(step);
      expect(await twin.view(), `behind step ${at}`).toEqual(await original.view());
    }
    expect(twin.worked).toEqual(original.worked);
  };
  await fc.assert(fc.asyncProperty(plans, check), { numRuns: runsOf(40), seed: seedOf(9) });
}, 300_000);
