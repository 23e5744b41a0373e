import type { CaseChange, FileChange } from '../comparison.ts';
import { type Attempt, type CaseRun, passShare, scoredAttempts } from '../suite-run.ts';
import { hopChange } from './hop-change.ts';
import { suspectsOf } from './suspects.ts';

/** A case that both runs have, asking and expecting the same. */
export interface CasePair {
  before: CaseRun;
  after: CaseRun;
}

export interface PairedCases {
  pairs: CasePair[];
  changed: string[];
  added: string[];
  removed: string[];
}

/** Pairs cases by id; those whose hash differs are no pair. */
export function pairCases(before: readonly CaseRun[], after: readonly CaseRun[]): PairedCases {
  const was = new Map(before.map((run) => [run.id, run]));
  const is = new Set(after.map(({ id }) => id));
  const both = after.flatMap((run) => {
    const other = was.get(run.id);
    return other ? [{ before: other, after: run }] : [];
  });
  return {
    pairs: both.filter((pair) => pair.before.hash === pair.after.hash),
    changed: both.filter((pair) => pair.before.hash !== pair.after.hash).map((pair) => pair.after.id),
    added: after.filter(({ id }) => !was.has(id)).map(({ id }) => id),
    removed: before.filter(({ id }) => !is.has(id)).map(({ id }) => id),
  };
}

/** How a case changed, with an attempt of each run that shows it; undefined where it was not scored now. */
export function caseChange(
  before: CaseRun | undefined,
  after: CaseRun,
  files: readonly FileChange[],
): CaseChange | undefined {
  const share = passShare(after);
  if (share === undefined) return undefined;
  const was = before && (passShare(before) ?? null);
  const isWorse = share < (was ?? 1);
  const afterAttempt = show(after, isWorse ? 'failed' : 'passed');
  if (!afterAttempt) return undefined;
  const beforeAttempt = (before && show(before, isWorse ? 'passed' : 'failed')) ?? null;
  const hop = beforeAttempt ? hopChange(beforeAttempt.transcript, afterAttempt.transcript) : undefined;
  return {
    id: after.id,
    tags: after.tags,
    gate: after.gate,
    asks: after.asks,
    before: was ?? null,
    after: share,
    beforeAttempt,
    afterAttempt,
    ...(hop && { hop }),
    suspects: suspectsOf(files, hop, afterAttempt.transcript),
  };
}

/** An attempt that was scored, one that came out so where there is one. */
function show(run: CaseRun, outcome: Attempt['outcome']): Attempt | undefined {
  const scored = scoredAttempts(run);
  return scored.find((attempt) => attempt.outcome === outcome) ?? scored[0];
}
