import { countUnknown } from './check-effects.ts';
import { type Evidence, endOf, eventsOf } from './evidence.ts';
import type { Stage } from './stage.ts';
import type { World } from './world.ts';

/** What happened, in numbers. Times are in milliseconds. */
export interface Counts {
  threads: number;
  turns: number;
  answered: number;
  cancelled: number;
  /** Turns that ended with an error because their process was gone each time. */
  gaveUp: number;
  /** Attempts beyond the first. */
  attempts: number;
  posts: number;
  returns: number;
  /** How often LangGraph's client gave up coming back by itself. */
  sdkGaveUp: number;
  frames: number;
  /** Calls that change the world whose outcome nobody knows, as the model was told. */
  unknownCalls: number;
  /** Answers that asked to come again, by status. */
  refusals: Record<string, number>;
  starts: number;
  /** From the last event of an attempt to the first of the next. */
  recoveryMs: Spread;
  /** From the first POST of a turn to the answer. */
  acceptanceMs: Spread;
}

interface Spread {
  p50: number;
  p99: number;
  max: number;
}

export function countAll(evidence: Evidence, world: World, { replicas }: Stage): Counts {
  const { records, ledger } = evidence;
  const ends = records.map((record) => endOf(evidence, record));
  const watchings = records.flatMap((record) => record.watchings);
  const gaps = records.flatMap(({ threadId, runId }) => pausesOf(eventsOf(evidence, threadId, runId)));
  const waits = records.flatMap(({ acceptedAt, invokedAt }) => (acceptedAt ? [acceptedAt - invokedAt] : []));
  const errors = ends.flatMap((end) => (end?.type === 'turn-error' ? [end.error] : []));
  return {
    threads: ledger.threads.length,
    turns: records.length,
    answered: ends.filter((end) => end?.type === 'turn-end').length,
    cancelled: errors.filter((error) => error === 'cancelled').length,
    gaveUp: errors.filter((error) => error !== 'cancelled').length,
    attempts: gaps.length,
    posts: sum(records.map(({ posts }) => posts)),
    returns: sum(watchings.map(({ returns }) => returns)),
    sdkGaveUp: sum(watchings.map(({ gaveUp }) => gaveUp)),
    frames: sum(watchings.map(({ frames }) => frames.length)),
    unknownCalls: countUnknown(evidence),
    refusals: Object.fromEntries(world.refusals),
    starts: sum(replicas.map(({ starts }) => starts)),
    recoveryMs: spreadOf(gaps),
    acceptanceMs: spreadOf(waits),
  };
}

/** How long a run stood still before each of its later attempts. */
function pausesOf(events: { type: string; at: number }[]): number[] {
  return events.flatMap(({ type, at }, index) => {
    const before = events[index - 1];
    return type === 'turn-start' && before ? [at - before.at] : [];
  });
}

function spreadOf(values: number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) =>
    Math.round(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0);
  return { p50: at(0.5), p99: at(0.99), max: at(1) };
}

function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
