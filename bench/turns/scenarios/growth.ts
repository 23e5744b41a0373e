import { randomUUID } from 'node:crypto';
import { Agent } from 'node:http';
import { nextNumber } from '../drive.ts';
import type { Figure } from '../figure.ts';
import { medianOf } from '../quantiles.ts';
import { allRight } from '../right.ts';
import { type Findings, type Plan, tell } from '../scenario.ts';
import { type Name, names, type Running, type Stage } from '../stage.ts';
import { storageSizes, type TableSize, vacuumOpen } from '../storage-size.ts';
import { type Taken, takeTurn } from '../take-turn.ts';
import { warmUp } from '../warm-up.ts';

/** The reference's turns take longer and longer: so many show where it goes. */
const turnsOf = (name: Name, quick: boolean) => (name === 'baton' ? (quick ? 40 : 1_000) : quick ? 20 : 200);
/** Messages that its agents are shown: a turn's, and the twelve before it that Baton's are. */
const referenceWindow = '22';
/** After so many turns the tables are vacuumed: people take hours for them, in which autovacuum comes by many times. */
const turnsPerVacuum = 100;
const schemasOf = { baton: ['baton', 'baton_queue'], reference: ['public'] };

interface Growth {
  turns: number;
  /** Milliseconds outside the model, of each ten turns in their order: the median. */
  tens: number[];
  /** Of all turns since the tables were measured, those that warmed the service up included. */
  bytesPerTurn: number;
  /** The same by table, the largest first; those that stayed as they were are absent. */
  tables: Record<string, TableSize>;
}

/** One thread that goes on and on: what its turns take outside the model, and what they leave in the database. */
export async function measureGrowth(stage: Stage, plan: Plan): Promise<Findings> {
  await stage.clear();
  const measured: Partial<Record<Name, Growth>> = {};
  const early = plan.quick ? await Promise.all(names.map((name) => begin(stage, name, plan))) : [];
  for (const [at, name] of names.entries()) {
    const begun = early[at] ?? (await begin(stage, name, plan));
    measured[name] = await grow(stage, begun, turnsOf(name, plan.quick));
  }
  const { baton, reference } = measured as Record<Name, Growth>; // both were measured
  return { figures: figuresOf(baton, reference), details: measured };
}

/** A service that is warm, how large its tables were, and the turns that it took since to become so. */
interface Begun {
  running: Running;
  warm: number;
  before: Record<string, TableSize>;
}

async function begin(stage: Stage, name: Name, plan: Plan): Promise<Begun> {
  const before = await sizesOf(stage, name);
  const running = await stage.start(name, { env: { REFERENCE_WINDOW: referenceWindow } });
  const warm = await warmUp(stage, running.subject, plan.quick ? 500 : 8_000);
  return { running, warm, before };
}

async function grow(stage: Stage, { running, warm, before }: Begun, turns: number): Promise<Growth> {
  const { subject } = running;
  const { name } = subject;
  const agent = new Agent({ keepAlive: true });
  const taken: Taken[] = [];
  const thread = randomUUID();
  try {
    for (let turn = 1; turn <= turns; turn++) {
      taken.push(
        await takeTurn(subject, { thread, number: nextNumber(), longFilms: stage.longFilms, agent }),
      );
      if (turn % turnsPerVacuum === 0) await vacuumOpen(stage.placeOf(name), schemasOf[name]);
      if (turn % (turns / 4) === 0) tell(`growth: turn ${turn} of ${turns} at ${name}`);
    }
  } finally {
    agent.destroy();
    await running.stop();
  }
  allRight(taken, name);
  const times = await stage.model.takeTimes();
  const outside = taken.map(({ number, endMs }) => endMs - (times.get(number) ?? 0));
  const tens = Array.from({ length: turns / 10 }, (_, at) => medianOf(outside.slice(10 * at, 10 * at + 10)));
  const tables = grownSince(before, await sizesOf(stage, name), warm + turns);
  const bytesPerTurn = Object.values(tables).reduce((sum, size) => sum + totalOf(size), 0);
  return { turns, tens, bytesPerTurn, tables };
}

function sizesOf(stage: Stage, name: Name): Promise<Record<string, TableSize>> {
  return storageSizes(stage.placeOf(name), schemasOf[name]);
}

/** What each table has more, a turn. */
function grownSince(
  before: Record<string, TableSize>,
  after: Record<string, TableSize>,
  turns: number,
): Record<string, TableSize> {
  const grown = Object.entries(after).map(([table, now]): [string, TableSize] => {
    const then = before[table] ?? { rows: 0, long: 0, indexes: 0 };
    const part = (name: keyof TableSize) => Math.round((now[name] - then[name]) / turns);
    return [table, { rows: part('rows'), long: part('long'), indexes: part('indexes') }];
  });
  return Object.fromEntries(
    grown.filter(([, size]) => totalOf(size) !== 0).sort(([, a], [, b]) => totalOf(b) - totalOf(a)),
  );
}

function totalOf({ rows, long, indexes }: TableSize): number {
  return rows + long + indexes;
}

function figuresOf(baton: Growth, reference: Growth): Figure[] {
  const last = ({ turns }: Growth) => `${turns - 9}–${turns}`;
  const others = `(reference: ${last(reference)})`;
  const end = ({ tens }: Growth) => tens.at(-1) ?? Number.NaN;
  const start = ({ tens }: Growth) => tens[0] ?? Number.NaN;
  const line = (what: string, unit: string, value: (one: Growth) => number): Figure => {
    return { what, unit, better: 'less', baton: value(baton), reference: value(reference) };
  };
  return [
    line('one thread: outside the model, turns 1–10', 'ms', start),
    line(`one thread: outside the model, turns ${last(baton)} ${others}`, 'ms', end),
    {
      ...line(
        `one thread: turns ${last(baton)} over turns 1–10 ${others}`,
        '×',
        (one) => end(one) / start(one),
      ),
      target: 1.5,
      digits: 2,
    },
    { ...line('storage a turn', 'kB', ({ bytesPerTurn }) => bytesPerTurn / 1_000), target: 10 },
  ];
}
