import type { CaseChange, Change, Comparison, FileChange, Side } from '../comparison.ts';
import { diffFiles } from '../reports/diff-files.ts';
import { holm } from '../statistics/holm.ts';
import { wilson } from '../statistics/wilson.ts';
import { passShare, type SuiteRun } from '../suite-run.ts';
import { type CasePair, caseChange, type PairedCases, pairCases } from './compare-cases.ts';
import { compareMetrics } from './compare-metrics.ts';
import { compareShares, corrected, type Uncorrected } from './compare-shares.ts';
import { judge } from './judge.ts';

/** Two runs of one suite; `label` is what people call a side. */
export interface RunPair {
  before: { label: string; run: SuiteRun };
  after: { label: string; run: SuiteRun };
}

export interface CompareRunsOptions {
  /** Whether other models are a difference that is looked for, and not one that spoils the comparison. */
  otherModels?: boolean;
  seed?: number;
  /** Of the bootstrap; 10,000 unless given. */
  resamples?: number;
}

/**
 * Compares suites, two runs of each, and says what is to be thought of it. A regression is a gate that is closed, a case that passed and
 * fails where both runs are deterministic, or a loss of the share of cases passed that is no chance: by McNemar's exact test where every case
 * was asked once, otherwise by the paired bootstrap over cases, after Holm's correction over the suites, with an interval that excludes 0 and
 * at least the suite's least effect.
 */
export function compareSuites(pairs: readonly RunPair[], options: CompareRunsOptions = {}): Comparison[] {
  const laid = pairs.map((pair) => layOut(pair, options));
  const adjusted = holm(laid.map(({ passing }) => passing?.difference.chance ?? 1));
  return laid.map(({ passing, ...rest }, at) => {
    const change = passing && corrected(passing, adjusted[at] ?? 1);
    return finish(rest, change, options);
  });
}

interface LaidOut {
  pair: RunPair;
  cases: PairedCases;
  files: FileChange[];
  passing: Uncorrected | null;
}

function layOut(pair: RunPair, { seed = 1, resamples }: CompareRunsOptions): LaidOut {
  const { before, after } = pair;
  const cases = pairCases(before.run.cases, after.run.cases);
  const shares = cases.pairs.flatMap(({ before: was, after: is }) => {
    const [one, other] = [passShare(was), passShare(is)];
    return one === undefined || other === undefined ? [] : [{ before: one, after: other }];
  });
  return {
    pair,
    cases,
    files: diffFiles(before.run.files, after.run.files),
    passing: compareShares(shares, {
      once: before.run.repeats === 1 && after.run.repeats === 1,
      leastEffect: after.run.leastEffect,
      better: 'higher',
      seed,
      resamples,
    }),
  };
}

function finish(
  { pair, cases, files }: Omit<LaidOut, 'passing'>,
  passing: Change | null,
  options: CompareRunsOptions,
): Comparison {
  const { before, after } = pair;
  const changes = cases.pairs.flatMap((one) => caseChange(one.before, one.after, files) ?? []);
  const known = new Map(changes.map((change) => [change.id, change]));
  const gates = after.run.cases
    .filter((run) => run.gate && (passShare(run) ?? 1) < 1)
    .flatMap((run) => known.get(run.id) ?? caseChange(undefined, run, files) ?? []);
  const lost = changes.filter(({ before: was, after: is }) => was !== null && is < was).toSorted(byWeight);
  const { pairs, changed, added, removed } = cases;
  const seen = {
    suite: after.run.suite,
    before: sideOf(
      before,
      pairs.map((one) => one.before),
    ),
    after: sideOf(
      after,
      pairs.map((one) => one.after),
    ),
    passing,
    metrics: compareMetrics(pairs),
    lost,
    won: changes.filter(({ before: was, after: is }) => was !== null && is > was),
    gates,
    cases: { same: pairs.length, changed, added, removed },
    files,
  };
  return { ...seen, ...judge(seen, { before: before.run, after: after.run }, options) };
}

/** Gates first, then what lost most. */
function byWeight(one: CaseChange, other: CaseChange): number {
  const loss = (change: CaseChange) => (change.before ?? 0) - change.after;
  return Number(other.gate) - Number(one.gate) || loss(other) - loss(one);
}

/** What one run gave over the cases that both have. */
function sideOf({ label, run }: RunPair['before'], cases: CasePair['before'][]): Side {
  const shares = cases.flatMap((one) => passShare(one) ?? []);
  const passed = shares.reduce((sum, share) => sum + share, 0);
  const outcomes = run.cases.flatMap(({ attempts }) => attempts.map(({ outcome }) => outcome));
  const count = shares.length;
  return {
    label,
    version: run.version,
    revision: run.revision,
    rate: { passed, count, ...wilson(Math.round(passed), count) },
    errored: outcomes.filter((outcome) => outcome === 'errored').length,
    stale: outcomes.filter((outcome) => outcome === 'stale').length,
  };
}
