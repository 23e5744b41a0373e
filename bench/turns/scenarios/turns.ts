import { type Driven, drive } from '../drive.ts';
import type { Figure } from '../figure.ts';
import { medianOf, quantilesOf } from '../quantiles.ts';
import { right } from '../right.ts';
import { type Findings, type Plan, tell } from '../scenario.ts';
import { type Name, names, type Stage } from '../stage.ts';
import { startWarm } from '../warm-up.ts';
import { countTraffic, type PerTurn } from './count-traffic.ts';

const clientCounts = [1, 8, 32] as const;
type Measured = { clients: number; turnsPerSecond: number; cpuMs: number } & Record<
  'firstByte' | 'firstToken' | 'end',
  ReturnType<typeof quantilesOf>
>;

/**
 * Turns on new threads, from a model that answers at once: throughput, the service's CPU, latencies. Both services are up; slices of
 * one and of the other alternate, and change places from round to round. What passes to the database is counted apart, before.
 */
export async function measureTurns(stage: Stage, plan: Plan): Promise<Findings> {
  const { rounds, quick } = plan;
  const slice = quick ? 500 : 5_000;
  const traffic = await countTraffic(stage, plan);
  const running = new Map<Name, Awaited<ReturnType<typeof startWarm>>>();
  const begin = async (name: Name) => running.set(name, await startWarm(stage, name, plan));
  try {
    if (quick) await Promise.all(names.map(begin));
    else for (const name of names) await begin(name);
    const run = async (name: Name, clients: number, milliseconds: number) => {
      const { subject } = running.get(name) as NonNullable<ReturnType<typeof running.get>>; // started above
      return right(await drive(subject, { clients, milliseconds, longFilms: stage.longFilms }), name);
    };
    const measured: Record<Name, Measured[]> = { baton: [], reference: [] };
    for (let round = 0; round < rounds; round++) {
      for (const clients of clientCounts)
        for (const name of round % 2 ? names.toReversed() : names)
          measured[name].push(toMeasured(clients, await run(name, clients, slice)));
      tell(`turns: round ${round + 1} of ${rounds}`);
    }
    return { figures: [...figuresOf(measured), ...trafficFigures(traffic)], details: { measured, traffic } };
  } finally {
    await Promise.all([...running.values()].map(({ done }) => done()));
  }
}

function toMeasured(clients: number, { turns, milliseconds, cpuMs }: Driven): Measured {
  return {
    clients,
    turnsPerSecond: (1_000 * turns.length) / milliseconds,
    cpuMs: cpuMs / turns.length,
    firstByte: quantilesOf(turns.map(({ firstByteMs }) => firstByteMs)),
    firstToken: quantilesOf(turns.map(({ firstTokenMs }) => firstTokenMs)),
    end: quantilesOf(turns.map(({ endMs }) => endMs)),
  };
}

function figuresOf(measured: Record<Name, Measured[]>): Figure[] {
  const both = (clients: number, value: (one: Measured) => number) => {
    const of = (name: Name) => medianOf(measured[name].filter((one) => one.clients === clients).map(value));
    return { baton: of('baton'), reference: of('reference') };
  };
  return clientCounts.flatMap((clients): Figure[] => {
    const who = clients === 1 ? '1 client' : `${clients} clients`;
    const judged = clients === 8;
    return [
      {
        what: `turns/s, ${who}`,
        unit: '/s',
        better: 'more',
        ...both(clients, ({ turnsPerSecond }) => turnsPerSecond),
        ...(judged && { ratioTarget: 5 }),
      },
      {
        what: `CPU a turn, ${who}`,
        unit: 'ms',
        better: 'less',
        ...both(clients, ({ cpuMs }) => cpuMs),
        ...(judged && { target: 6, ratioTarget: 5 }),
      },
      ...(['firstByte', 'firstToken', 'end'] as const).flatMap((until) =>
        (['p50', 'p95', 'p99'] as const).map(
          (quantile): Figure => ({
            what: `${words[until]} ${quantile}, ${who}`,
            unit: 'ms',
            better: 'less',
            ...both(clients, (one) => one[until][quantile]),
            ...(quantile !== 'p50' && { aside: true as const }),
          }),
        ),
      ),
    ];
  });
}

const words = { firstByte: 'to the first byte', firstToken: 'to the first token', end: 'to the end' };

function trafficFigures(traffic: Partial<Record<Name, PerTurn>>): Figure[] {
  const { baton, reference } = traffic;
  if (!baton) return [];
  const line = (what: string, unit: string, key: keyof PerTurn, target?: number): Figure => ({
    what,
    unit,
    better: 'less',
    baton: baton[key],
    ...(reference && { reference: reference[key] }),
    ...(target !== undefined && { target }),
  });
  return [
    line('database round trips a turn', '', 'roundTrips', 12),
    line('transactions a turn', '', 'transactions'),
    line('COMMITs a turn', '', 'commits'),
    line('sent to the database a turn', 'kB', 'sentKb'),
    line('received from the database a turn', 'kB', 'receivedKb'),
    { ...line('database round trips a second at rest', '/s', 'atRest'), aside: true },
  ];
}
