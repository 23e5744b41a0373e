import type { Comparison, EvalReport, Rate } from '../comparison.ts';
import { passAtK, passHatK } from '../statistics/pass-at-k.ts';
import { wilson } from '../statistics/wilson.ts';
import { type Attempt, passShare, type SuiteRun, scoredAttempts } from '../suite-run.ts';

/** A suite's line in every table of suites. */
export interface SuiteRow {
  suite: string;
  rate: Rate;
  comparison: Comparison | undefined;
  verdict: Comparison['verdict'] | 'no baseline' | 'interrupted';
  /** Attempts. */
  errored: number;
  stale: number;
  /** The median over attempts that were scored, of all their turns together; null where there is none. */
  medianMs: number | null;
  tokens: number;
  /** Null where the price of none of it is known. */
  dollars: number | null;
  /** Where cases were asked more than once: by k, from 1, the chances that one of k repeats passes and that all do, the mean over cases. */
  repeats: PassAt[];
}

export interface PassAt {
  k: number;
  /** pass@k */
  any: number;
  /** pass^k */
  all: number;
}

export function suiteRows({ runs, comparisons }: EvalReport): SuiteRow[] {
  return runs.map((run) => {
    const comparison = comparisons.find(({ suite }) => suite === run.suite);
    const attempts = run.cases.flatMap((one) => one.attempts);
    const prices = measured(attempts, 'dollars');
    return {
      suite: run.suite,
      rate: rateOf(run),
      comparison,
      verdict: run.interrupted ? 'interrupted' : (comparison?.verdict ?? 'no baseline'),
      errored: attempts.filter(({ outcome }) => outcome === 'errored').length,
      stale: attempts.filter(({ outcome }) => outcome === 'stale').length,
      medianMs: median(latencies(run)),
      tokens: sum(measured(attempts, 'tokens')),
      dollars: prices.length > 0 ? sum(prices) : null,
      repeats: repeatsOf(run),
    };
  });
}

/** Milliseconds of each scored attempt, all its turns together. */
export function latencies({ cases }: SuiteRun): number[] {
  return cases.flatMap(({ attempts }) =>
    attempts.flatMap(({ outcome, transcript }) =>
      outcome === 'passed' || outcome === 'failed'
        ? [sum(transcript.turns.map(({ measures }) => measures.milliseconds ?? 0))]
        : [],
    ),
  );
}

export function median(values: number[]): number | null {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return low === undefined || high === undefined ? null : (low + high) / 2;
}

function rateOf({ cases }: SuiteRun): Rate {
  const shares = cases.flatMap((one) => passShare(one) ?? []);
  const passed = sum(shares);
  return { passed, count: shares.length, ...wilson(Math.round(passed), shares.length) };
}

/** Of the cases that were scored at each repeat. */
function repeatsOf({ repeats, cases }: SuiteRun): PassAt[] {
  const counts = cases
    .map((one) => scoredAttempts(one))
    .filter(({ length }) => length === repeats)
    .map((scored) => scored.filter(({ outcome }) => outcome === 'passed').length);
  if (repeats < 2 || counts.length === 0) return [];
  const mean = (of: (passed: number) => number) => sum(counts.map(of)) / counts.length;
  return Array.from({ length: repeats }, (_, at) => {
    const k = at + 1;
    return {
      k,
      any: mean((passed) => passAtK(repeats, passed, k)),
      all: mean((passed) => passHatK(repeats, passed, k)),
    };
  });
}

function measured(attempts: Attempt[], name: 'tokens' | 'dollars'): number[] {
  return attempts.flatMap(({ transcript }) =>
    transcript.turns.flatMap(({ measures }) => measures[name] ?? []),
  );
}

function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
