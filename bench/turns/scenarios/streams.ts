import { setTimeout as sleep } from 'node:timers/promises';
import { drive } from '../drive.ts';
import type { Figure } from '../figure.ts';
import { rssMbOf } from '../process-figures.ts';
import { quantileOf } from '../quantiles.ts';
import { type Findings, type Plan, tell } from '../scenario.ts';
import { type Name, names, type Stage } from '../stage.ts';
import { startWarm } from '../warm-up.ts';
import { watchMemory } from '../watch-memory.ts';

const pace = { firstMs: 300, tokenMs: 10 };
/** What the model takes for a turn: five first tokens, and the others of the answer. */
const modelMs = 5 * pace.firstMs + 120 * pace.tokenMs;

interface Streams {
  streams: number;
  atOnce: number;
  turns: number;
  errors: number;
  fault: string | undefined;
  overheadP50: number;
  overheadP95: number;
  restMb: number;
  peakMb: number;
}

/**
 * Many turns at once from a model that takes its time. Overhead is what a turn took beyond what the model says that it took itself.
 * Clients begin evenly over the length of a turn, and each posts its next when one has ended, so that as many are always under way. Each
 * number of streams has a service of its own, but for `--quick`, warmed up before its memory at rest is looked at.
 */
export async function measureStreams(stage: Stage, plan: Plan): Promise<Findings> {
  const { quick } = plan;
  const many = quick ? 200 : 1_000;
  const measured: Record<Name, Streams[]> = { baton: [], reference: [] };
  for (const [streams, turnsEach] of [
    [100, quick ? 1 : 5],
    [many, 1],
  ] as const)
    for (const name of names) {
      if (quick && name === 'reference') continue; // takes longer than there is
      const held = await hold(stage, name, { streams, turnsEach, plan });
      const before = quick ? measured[name][0] : undefined; // of the same service
      measured[name].push({ ...held, ...(before && { restMb: before.restMb }) });
      tell(`streams: ${streams} at ${name}${held.fault ? `, ${held.errors} wrong: ${held.fault}` : ''}`);
    }
  return { figures: figuresOf(measured, many), details: { pace, measured } };
}

async function hold(
  stage: Stage,
  name: Name,
  { streams, turnsEach, plan }: { streams: number; turnsEach: number; plan: Plan },
): Promise<Streams> {
  const { subject, done } = await startWarm(stage, name, plan);
  try {
    await stage.model.setPace(pace);
    await sleep(plan.quick ? 300 : 3_000);
    const restMb = rssMbOf(subject.pid);
    const memory = watchMemory(subject.pid);
    const { turns, atOnce } = await drive(subject, {
      clients: streams,
      milliseconds: Number.POSITIVE_INFINITY,
      most: turnsEach,
      spreadMs: modelMs * 0.95,
      longFilms: stage.longFilms,
    });
    const peakMb = memory.stop();
    const times = await stage.model.takeTimes();
    const wrong = turns.filter(({ fault }) => fault !== undefined);
    const overheads = turns.map(({ number, endMs }) => endMs - (times.get(number) ?? 0));
    return {
      streams,
      atOnce,
      turns: turns.length,
      errors: wrong.length,
      fault: wrong[0]?.fault,
      overheadP50: quantileOf(overheads, 0.5),
      overheadP95: quantileOf(overheads, 0.95),
      restMb,
      peakMb,
    };
  } finally {
    await done();
    await stage.model.setPace({ firstMs: 0, tokenMs: 0 });
  }
}

function figuresOf(measured: Record<Name, Streams[]>, many: number): Figure[] {
  const line = (
    streams: number,
    what: string,
    unit: string,
    value: (one: Streams) => number,
    target?: number,
  ) => {
    const of = (name: Name) => measured[name].filter((one) => one.streams === streams).map(value)[0];
    const reference = of('reference');
    return {
      what: `${what}, ${streams} streams`,
      unit,
      better: 'less' as const,
      baton: of('baton') ?? Number.NaN,
      ...(reference !== undefined && { reference }),
      ...(target !== undefined && { target }),
    };
  };
  const per100 = ({ streams, peakMb, restMb }: Streams) => (100 * (peakMb - restMb)) / streams;
  return [
    line(100, 'overhead p50', 'ms', ({ overheadP50 }) => overheadP50, 25),
    line(100, 'overhead p95', 'ms', ({ overheadP95 }) => overheadP95, 80),
    { ...line(100, 'errors', '', ({ errors }) => errors, 0), aside: true },
    line(100, 'memory before', 'MB', ({ restMb }) => restMb),
    line(100, 'memory per 100 above rest', 'MB', per100, 60),
    line(many, 'overhead p50', 'ms', ({ overheadP50 }) => overheadP50),
    line(many, 'overhead p95', 'ms', ({ overheadP95 }) => overheadP95),
    { ...line(many, 'open at once, at most', '', ({ atOnce }) => atOnce), better: 'more', aside: true },
    { ...line(many, 'errors', '', ({ errors }) => errors, 0), aside: true },
    line(many, 'memory at most', 'MB', ({ peakMb }) => peakMb, 600),
    line(many, 'memory per 100 above rest', 'MB', per100),
  ];
}
