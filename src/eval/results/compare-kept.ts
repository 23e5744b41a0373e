import type { Kysely } from 'kysely';
import type { Schema } from '../../db/schema.ts';
import { CallerError } from '../../errors.ts';
import { compareSuites } from '../comparing/compare-runs.ts';
import { exitCodeOf } from '../comparing/exit-code.ts';
import type { EvalReport } from '../comparison.ts';
import type { Attempt, SuiteRun } from '../suite-run.ts';
import { readReport } from './read-run.ts';

/** The most that is compared at once, since nothing else is answered meanwhile: suites, cases, and scores of an attempt at each. */
const most = { suites: 50, cases: 1_000, scores: 20_000 };

export interface KeptPair {
  base: string;
  candidate: string;
  /** Absent: all that both have. */
  suite?: string | undefined;
}

/**
 * Compares the suites that two kept runs have both: a report of the candidate's. Runs of other models are compared as well. Throws a
 * `CallerError`: `not-found`, and `unprocessable` where they have no suite in common, or more than is compared at once.
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
  checkSize(runs);
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

function checkSize(runs: SuiteRun[]): void {
  const cases = runs.flatMap((run) => run.cases);
  const counts = {
    suites: runs.length,
    cases: cases.length,
    scores: cases.reduce((sum, { attempts }) => sum + mostScores(attempts), 0),
  };
  for (const what of ['suites', 'cases', 'scores'] as const)
    if (counts[what] > most[what])
      throw new CallerError(
        'unprocessable',
        `These are ${counts[what]} ${what}, and ${most[what]} are compared at once.`,
        { issues: [{ path: 'suite', message: 'name one suite' }] },
      );
}

function mostScores(attempts: Attempt[]): number {
  return Math.max(0, ...attempts.map(({ scores }) => scores.flat().length));
}

async function find(db: Kysely<Schema>, runId: string, suite: string | undefined): Promise<EvalReport> {
  const report = await readReport(db, runId, suite);
  if (report) return report;
  const what = suite === undefined ? `the eval ${runId}` : `the suite ${suite} of the eval ${runId}`;
  throw new CallerError('not-found', `Nothing of ${what} is kept.`);
}
