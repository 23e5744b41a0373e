import type { Kysely } from 'kysely';
import type { Schema } from '../../db/schema.ts';
import type { CaseChange, Comparison, EvalReport } from '../comparison.ts';
import type { CaseRun, SuiteRun } from '../suite-run.ts';
import type { KeptChange, KeptComparison, KeptHead, KeptRun } from './kept-report.ts';
import { readCases } from './read-cases.ts';

/**
 * What was kept of a command, as it was kept: suites by name. Undefined where nothing is. `suite` names the one that is wanted; absent: all.
 */
export async function readReport(
  db: Kysely<Schema>,
  runId: string,
  suite?: string,
): Promise<EvalReport | undefined> {
  let query = db
    .selectFrom('baton.eval_run')
    .select(['suite', 'report', 'run', 'comparison'])
    .where('run_id', '=', runId);
  if (suite !== undefined) query = query.where('suite', '=', suite);
  const rows = await query.orderBy('suite').execute();
  const [first] = rows;
  if (!first) return undefined;
  const runs: SuiteRun[] = [];
  const comparisons: Comparison[] = [];
  for (const row of rows) {
    const run = await withCases(db, row.run as KeptRun); // written by keepReport
    runs.push(run);
    if (row.comparison) comparisons.push(withAttempts(row.comparison as KeptComparison, run.cases)); // as above
  }
  return { runId, ...(first.report as KeptHead), runs, comparisons }; // as above
}

/** One suite's run, whole; undefined where it is not kept. */
export async function readRun(
  db: Kysely<Schema>,
  runId: string,
  suite: string,
): Promise<SuiteRun | undefined> {
  const row = await db
    .selectFrom('baton.eval_run')
    .select('run')
    .where('run_id', '=', runId)
    .where('suite', '=', suite)
    .executeTakeFirst();
  return row && withCases(db, row.run as KeptRun); // written by keepReport
}

async function withCases(db: Kysely<Schema>, run: KeptRun): Promise<SuiteRun> {
  const cases = await readCases(db, { runId: run.runId, suite: run.suite });
  return { ...run, cases: cases.map(({ place: _, outcome: __, ...one }) => one) };
}

function withAttempts(comparison: KeptComparison, cases: CaseRun[]): Comparison {
  const byId = new Map(cases.map((one) => [one.id, one]));
  const whole = (changes: KeptChange[]): CaseChange[] =>
    changes.flatMap(({ afterAttempt: { repeat }, ...change }) => {
      const attempt = byId.get(change.id)?.attempts.find((one) => one.repeat === repeat);
      return attempt ? [{ ...change, afterAttempt: attempt }] : [];
    });
  return {
    ...comparison,
    lost: whole(comparison.lost),
    won: whole(comparison.won),
    gates: whole(comparison.gates),
  };
}
