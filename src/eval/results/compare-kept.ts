import type { Kysely } from 'kysely';
import type { Schema } from '../../db/schema.ts';
import { CallerError } from '../../errors.ts';
import { compareSuites } from '../comparing/compare-runs.ts';
import { exitCodeOf } from '../comparing/exit-code.ts';
import type { EvalReport } from '../comparison.ts';
import { readReport } from './read-run.ts';

/** The most cases that are compared at once, since nothing else is answered meanwhile. */
export const mostCompared = 1_000;

export interface KeptPair {
  base: string;
  candidate: string;
  /** Absent: all that both have. */
  suite?: string | undefined;
}

/**
 * Compares the suites that two kept runs have both: a report of the candidate's. Runs of other models are compared as well. Throws a
 * `CallerError`: `not-found`, and `unprocessable` where they have no suite in common or too many cases.
 */
export async function compareKept(
  db: Kysely<Schema>,
  { base, candidate, suite }: KeptPair,
): Promise<EvalReport> {
  const before = await find(db, base, suite);
  const after = await find(db, candidate, suite);
  const known = new Map(before.runs.map((run) => [run.suite, run]));
  const runs = after.runs.filter((run) => known.has(run.suite));
  if (runs.length === 0)
    throw new CallerError('unprocessable', 'The two runs have no suite in common.', {
      issues: [{ path: 'candidate', message: `has none of ${[...known.keys()].join(', ')}` }],
    });
  const cases = runs.reduce((sum, run) => sum + run.cases.length, 0);
  if (cases > mostCompared)
    throw new CallerError(
      'unprocessable',
      `These are ${cases} cases, and ${mostCompared} are compared at once.`,
      {
        issues: [{ path: 'suite', message: 'name one suite' }],
      },
    );
  const pairs = runs.flatMap((run) => {
    const other = known.get(run.suite);
    return other ? [{ before: { label: base, run: other }, after: { label: candidate, run } }] : [];
  });
  const comparisons = compareSuites(pairs, { otherModels: true });
  const alone = [...after.runs, ...before.runs].filter(
    (run) => !runs.some((both) => both.suite === run.suite),
  );
  const notes = alone.map((run) => ({
    suite: run.suite,
    kind: 'note' as const,
    text: 'Only one of the two runs has it.',
  }));
  return { ...after, runs, comparisons, notes, exitCode: exitCodeOf(runs, comparisons, []) };
}

async function find(db: Kysely<Schema>, runId: string, suite: string | undefined): Promise<EvalReport> {
  const report = await readReport(db, runId, suite);
  if (report) return report;
  const what = suite === undefined ? `the eval ${runId}` : `the suite ${suite} of the eval ${runId}`;
  throw new CallerError('not-found', `Nothing of ${what} is kept.`);
}
