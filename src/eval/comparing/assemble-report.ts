import type { EvalReport } from '../comparison.ts';
import type { SkippedSuite } from '../suite.ts';
import type { SuiteRun } from '../suite-run.ts';
import { type CompareRunsOptions, compareSuites, type RunPair } from './compare-runs.ts';
import { exitCodeOf } from './exit-code.ts';

export interface ReportParts {
  /** At least one, unless every suite was skipped. */
  runs: SuiteRun[];
  pairs: RunPair[];
  skipped: SkippedSuite[];
  /** Whether a run without something to be compared with is told of. */
  expectsBaselines: boolean;
  /** Suites that have a baseline and are not there. */
  orphans?: string[];
  /** Somebody interrupted it, maybe before the first case. */
  aborted?: boolean;
}

/** Compares what can be compared and says what a command ends with. */
export function assembleReport(
  { runs, pairs, skipped, expectsBaselines, orphans = [], aborted = false }: ReportParts,
  options: CompareRunsOptions = {},
): EvalReport {
  const comparisons = compareSuites(pairs, options);
  const compared = new Set(pairs.map(({ after }) => after.run.suite));
  const without = expectsBaselines ? runs.filter(({ suite }) => !compared.has(suite)) : [];
  const notes: EvalReport['notes'] = [
    ...without.map(({ suite, profile }) => ({
      suite,
      kind: 'no-baseline' as const,
      text: `There is no baseline for the profile ${profile}: where you are content, run "baton eval bless ${suite}".`,
    })),
    ...orphans.map((suite) => ({
      suite,
      kind: 'no-suite' as const,
      text: 'It has a baseline and is no suite of evals/ any more: delete its files in evals/baselines/ where that is meant.',
    })),
    ...skipped.map(({ name, skipped: text }) => ({ suite: name, kind: 'skipped' as const, text })),
  ];
  const times = runs.flatMap(({ startedAt, endedAt }) => [startedAt, endedAt]).toSorted();
  const now = new Date().toISOString();
  return {
    runId: runs[0]?.runId ?? '',
    profile: runs[0]?.profile ?? '',
    startedAt: times[0] ?? now,
    endedAt: times.at(-1) ?? now,
    runs,
    comparisons,
    notes,
    exitCode: exitCodeOf(runs, comparisons, notes, aborted),
  };
}
