import type { CaseChange, Comparison, EvalReport } from '../comparison.ts';
import type { Score } from '../score.ts';
import { type Attempt, type CaseRun, passShare, type SuiteRun } from '../suite-run.ts';

/** What there is to say of a suite, by how much it matters. A case is in one of the lists at most, `won` and `broken` apart. */
export interface Findings {
  run: SuiteRun;
  comparison: Comparison | undefined;
  lost: CaseChange[];
  /** Closed gates that are not among the lost: closed before, or with nothing to compare. */
  gates: CaseChange[];
  won: CaseChange[];
  /** Other cases that failed at least once, as they did before. */
  failing: CaseRun[];
  /** Cases with attempts that errored or are stale. */
  broken: CaseRun[];
}

export function findingsOf({ runs, comparisons }: EvalReport): Findings[] {
  return runs.map((run) => {
    const comparison = comparisons.find(({ suite }) => suite === run.suite);
    const lost = comparison?.lost ?? [];
    const known = new Set(lost.map(({ id }) => id));
    const gates = (comparison ? comparison.gates : closedGates(run)).filter(({ id }) => !known.has(id));
    for (const { id } of gates) known.add(id);
    return {
      run,
      comparison,
      lost,
      gates,
      won: comparison?.won ?? [],
      failing: run.cases.filter((one) => !known.has(one.id) && (passShare(one) ?? 1) < 1),
      broken: run.cases.filter(({ attempts }) => attempts.some(isBroken)),
    };
  });
}

/** The attempt that tells most of a case: the first that failed, else that is broken, else the first. */
export function tellingAttempt({ attempts }: CaseRun): Attempt | undefined {
  return attempts.find(({ outcome }) => outcome === 'failed') ?? attempts.find(isBroken) ?? attempts[0];
}

/** The scores that made an attempt fail, with the turn they are of, from 0. */
export function failedScores({ scores }: Attempt): { turn: number; score: Score }[] {
  return scores.flatMap((ofTurn, turn) =>
    ofTurn.flatMap((score) => (score.passed || score.value === null ? [] : [{ turn, score }])),
  );
}

export function isBroken({ outcome }: Attempt): boolean {
  return outcome === 'errored' || outcome === 'stale';
}

function closedGates(run: SuiteRun): CaseChange[] {
  return run.cases.flatMap((one) => {
    const after = passShare(one);
    const afterAttempt = tellingAttempt(one);
    if (!one.gate || after === undefined || after === 1 || !afterAttempt) return [];
    const { id, tags, asks, gate } = one;
    return [{ id, tags, gate, asks, before: null, after, beforeAttempt: null, afterAttempt, suspects: [] }];
  });
}
