import type { Comparison, EvalReport } from '../comparison.ts';
import type { SuiteRun } from '../suite-run.ts';

/**
 * What a command ends with: 130 interrupted, 1 a regression or a closed gate, 3 where nothing can be said (nothing ran, no baseline, a baseline
 * without its suite, changed cases, missing recordings, too many infrastructure errors), else 0. What is wrong with the configuration, 2, comes before any run.
 */
export function exitCodeOf(
  runs: readonly SuiteRun[],
  comparisons: readonly Comparison[],
  notes: EvalReport['notes'],
  aborted = false,
): EvalReport['exitCode'] {
  if (aborted || runs.some(({ interrupted }) => interrupted)) return 130;
  const verdicts = new Set(comparisons.map(({ verdict }) => verdict));
  const closed = runs.some(({ cases }) =>
    cases.some(({ gate, attempts }) => gate && attempts.some(({ outcome }) => outcome === 'failed')),
  );
  if (closed || verdicts.has('regression')) return 1;
  if (runs.length === 0 || verdicts.has('inconclusive')) return 3;
  if (notes.some(({ kind }) => kind === 'no-baseline' || kind === 'no-suite')) return 3;
  return 0;
}
