import { randomUUID } from 'node:crypto';
import { emptyCheckpoint, uuid6 } from '@langchain/langgraph-checkpoint';
import fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, expect, test } from 'vitest';
import type { GatheredCheckpoint } from '../../src/checkpoint/checkpoint-journal.ts';
import { copyCheckpoints } from '../../src/checkpoint/copy-checkpoints.ts';
import { deleteRunCheckpoints } from '../../src/checkpoint/delete-run-checkpoints.ts';
import { keepLatest } from '../../src/checkpoint/keep-latest.ts';
import { KyselySaver } from '../../src/checkpoint/kysely-saver.ts';
import { inTenant, localTenant } from '../../src/tenancy.ts';
import { runsOf, seedOf } from '../support/property-runs.ts';
import { makeTestDatabase } from '../support/test-database.ts';
import { allOf, on, openJournal, writeStates } from './support.ts';

const { database, drop } = await makeTestDatabase();
const { db } = database;
afterAll(drop);

interface State {
  id: string;
  parent: string | undefined;
  run: string;
  namespace: string;
  version: number;
  items: readonly unknown[];
}

/** What is done to a thread; numbers choose among what there is. */
type Act =
  | { act: 'step'; leave: number; add: number; text: boolean; long: boolean }
  | { act: 'save' | 'saveTwice' | 'take' | 'refuse' | 'goOnElsewhere' | 'age' }
  | { act: 'lose'; sameProcess: boolean }
  | { act: 'run'; from: number; namespace: string; sameProcess: boolean }
  | { act: 'alone'; from: number; add: number }
  | { act: 'takeBack'; run: number }
  | { act: 'keep'; also: number };

const nat = (max: number) => fc.nat(max);
const anyAct: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      act: fc.constant('step' as const),
      leave: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, nat(3)),
      add: nat(2),
      text: fc.boolean(),
      long: fc.oneof({ weight: 9, arbitrary: fc.constant(false) }, fc.constant(true)),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      act: fc.constantFrom<'save' | 'saveTwice' | 'take' | 'refuse' | 'goOnElsewhere' | 'age'>(
        ...(['save', 'saveTwice', 'take', 'take', 'refuse', 'goOnElsewhere', 'age'] as const),
      ),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ act: fc.constant('lose' as const), sameProcess: fc.boolean() }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      act: fc.constant('run' as const),
      from: nat(6),
      namespace: fc.constantFrom('', '', 'sub'),
      sameProcess: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('alone' as const), from: nat(6), add: nat(2) }) },
  { weight: 2, arbitrary: fc.record({ act: fc.constant('takeBack' as const), run: nat(4) }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('keep' as const), also: nat(6) }) },
);

const newSaver = () => new KyselySaver(db, { appendOnly: ['messages'] });

/** A thread, and the states that are to be read from it, in the order of saving. */
class History {
  readonly name = randomUUID();
  states: State[] = [];
  #saver = newSaver();
  #run: string = randomUUID();
  #namespace = '';
  #last: State | undefined;
  #gathered: GatheredCheckpoint[] = [];
  #tried: GatheredCheckpoint[] = [];
  #journal = this.#openJournal();
  #count = 0;

  async play(act: Act): Promise<void> {
    if (act.act === 'step') return this.#step(act.leave, this.#make(act));
    if (act.act === 'take') return this.#take();
    if (act.act === 'refuse') return this.#write(false, true);
    if (act.act === 'lose') return this.#lose(act.sameProcess);
    if (act.act === 'goOnElsewhere') return this.#goOn(this.#last, this.#run, false);
    await this.save(act.act === 'saveTwice');
    if (act.act === 'run') {
      this.#namespace = act.namespace;
      const there = this.states.filter(({ namespace }) => namespace === act.namespace);
      await this.#goOn(there.at(-1 - act.from) ?? there.at(-1), randomUUID(), act.sameProcess);
    }
    if (act.act === 'alone') await this.#alone(this.states.at(-1 - act.from), act.add);
    if (act.act === 'takeBack')
      await this.#takeBack([...new Set(this.states.map(({ run }) => run))].at(-1 - act.run));
    if (act.act === 'keep') await this.#keep(this.states.at(-1 - act.also));
    if (act.act === 'age') await this.#age();
    await this.check();
  }

  async save(twice = false): Promise<void> {
    await this.#write(twice);
    await this.#write(twice);
  }

  /** The journal has what there is, and the run goes on. */
  #take(): void {
    if (this.#tried.length === 0) [this.#tried, this.#gathered] = [this.#gathered, []];
  }

  /** `twice`: the answer is lost; `alone`: the batch is refused. */
  async #write(twice = false, alone = false): Promise<void> {
    this.#take();
    const now = this.#tried;
    if (now.length === 0) return;
    const write = () => writeStates(db, this.name, now).catch(() => false);
    if (twice) await write();
    if (alone || !(await write())) for (const one of now) await one.saveAlone();
    this.#tried = [];
  }

  /** What is not written by now never will be, and the run goes on from what is. */
  async #lose(sameProcess: boolean): Promise<void> {
    const lost = new Set([...this.#tried, ...this.#gathered].map(({ row }) => row.checkpoint_id));
    [this.#tried, this.#gathered] = [[], []];
    this.states = this.states.filter(({ id }) => !lost.has(id));
    await this.#goOn(this.#newest(), this.#run, sameProcess);
  }

  #newest(): State | undefined {
    return this.states.findLast(({ namespace }) => namespace === this.#namespace);
  }

  /** What is there is what was saved, of whichever thread it is a copy, and no more. */
  async check(name = this.name): Promise<void> {
    const tuples = await allOf(newSaver().list(on(name)));
    const found = tuples.map(({ config, checkpoint }) => [
      config.configurable?.checkpoint_ns,
      checkpoint.id,
      checkpoint.channel_values.messages,
    ]);
    const expected = this.states.map(({ namespace, id, items }) => [namespace, id, items]);
    expect(new Map(found.map((one) => [one[1], one]))).toEqual(new Map(expected.map((one) => [one[1], one])));
  }

  /** Each state's parent has a value, so that a channel of deltas would begin with it. */
  async checkSeeds(): Promise<void> {
    for (const { id, parent, namespace } of this.states) {
      const config = { configurable: { ...on(this.name, id).configurable, checkpoint_ns: namespace } };
      const { messages } = await newSaver().getDeltaChannelHistory({ config, channels: ['messages'] });
      const above = this.states.find((state) => state.id === parent);
      const seed = messages?.seed as unknown[] | undefined; // an array, where there is one
      expect(seed?.slice(seed.length - (above?.items.length ?? 0))).toEqual(above?.items); // it may have what was left behind
    }
  }

  #make({ add, text, long }: { add: number; text: boolean; long: boolean }): unknown[] {
    return Array.from({ length: add }, () => {
      const content = `,\n"\\n",\\n ${this.#count++}${long ? 'x'.repeat(7_000) : ''}`;
      return text ? content : { id: String(this.#count), content, ',\n': [content, {}, []] };
    });
  }

  #openJournal() {
    const { journal } = openJournal(db, this.name);
    return {
      ...journal,
      put: (one: GatheredCheckpoint) => void this.#gathered.push(one),
      saved: () => this.save(),
    };
  }

  async #step(leave: number, added: unknown[]): Promise<void> {
    const items = [...(this.#last?.items ?? []).slice(leave), ...added];
    this.#last = await this.#put(
      this.#saver,
      this.#last,
      items,
      { run_id: this.#run, journal: this.#journal },
      this.#namespace,
    );
  }

  async #put(
    saver: KyselySaver,
    parent: State | undefined,
    items: unknown[],
    by: object,
    namespace: string,
  ): Promise<State> {
    const version = saver.getNextVersion(parent?.version);
    const id = uuid6(0);
    const place = { ...on(this.name, parent?.id).configurable, checkpoint_ns: namespace };
    await saver.put(
      { configurable: { ...place, ...by } },
      {
        ...emptyCheckpoint(),
        id,
        channel_versions: { messages: version },
        channel_values: { messages: items },
      },
      { source: 'loop', step: 0, parents: {} },
      { messages: version },
    );
    const run = 'run_id' in by ? String(by.run_id) : '';
    const state = { id, parent: parent?.id, run, namespace, version, items };
    this.states.push(state);
    return state;
  }

  /** A run that goes on from a state, which it reads. */
  async #goOn(from: State | undefined, run: string, sameProcess: boolean): Promise<void> {
    await this.save();
    if (!sameProcess) this.#saver = newSaver();
    this.#run = run;
    this.#journal = this.#openJournal();
    this.#last = from && { ...from, items: await this.#read(this.#saver, from) };
  }

  async #read(saver: KyselySaver, { id, namespace }: State): Promise<unknown[]> {
    const tuple = await saver.getTuple({
      configurable: { ...on(this.name, id).configurable, checkpoint_ns: namespace },
    });
    return tuple?.checkpoint.channel_values.messages as unknown[]; // what every state has
  }

  async #alone(from: State | undefined, add: number): Promise<void> {
    if (!from) return;
    const saver = newSaver();
    const items = [...(await this.#read(saver, from)), ...this.#make({ add, text: false, long: false })];
    await this.#put(saver, from, items, {}, from.namespace);
  }

  async #takeBack(run: string | undefined): Promise<void> {
    if (!run) return;
    await inTenant(localTenant, () => deleteRunCheckpoints(db, this.name, run));
    const needed = new Set<string | undefined>();
    for (const state of [...this.states].reverse())
      if (state.run !== run || needed.has(state.id)) needed.add(state.parent);
    await this.#left(this.states.filter((state) => state.run !== run || needed.has(state.id)));
  }

  async #keep(also: State | undefined): Promise<void> {
    await inTenant(localTenant, () => keepLatest(db, this.name, also ? [also.id] : []));
    const newest = new Set(new Map(this.states.map((state) => [state.namespace, state])).values());
    const kept = this.states.filter(
      (state) => newest.has(state) || (state === also && state.namespace === ''),
    );
    const above = (state: State): string | undefined => {
      const parent = this.states.find(({ id }) => id === state.parent);
      return !parent || kept.includes(parent) ? parent?.id : above(parent);
    };
    await this.#left(kept.map((state) => ({ ...state, parent: above(state) })));
  }

  /** The run under way goes on from what is left, as another one. */
  async #left(states: State[]): Promise<void> {
    this.states = states;
    await this.#goOn(this.#newest(), randomUUID(), true);
  }

  /** Rows of one version become as they were before rows had `steps`. */
  async #age(): Promise<void> {
    await sql`
      update baton.checkpoint_value set data = replace(data, E',\\n', ',')
      where thread_id = ${this.name} and steps is null and chain is not null`.execute(db);
    await this.#goOn(this.#last, this.#run, false);
  }
}

test('whatever becomes of a thread, each of its states that is left reads as it was saved', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyAct, { minLength: 3, maxLength: 30, size: 'max' }), async (acts) => {
      const history = new History();
      for (const act of acts) await history.play(act);
      await history.save();
      await history.check();
      await history.checkSeeds();
      const copy = randomUUID();
      await copyCheckpoints(db, history.name, copy);
      await history.check(copy);
    }),
    { numRuns: runsOf(40), seed: seedOf(1) },
  );
});
