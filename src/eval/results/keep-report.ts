import { type Kysely, sql, type Transaction } from 'kysely';
import type { Schema } from '../../db/schema.ts';
import type { EvalOutcome } from '../../db/tables/eval-tables.ts';
import type { Comparison, EvalReport } from '../comparison.ts';
import { whoAsks } from '../feedback/who-asks.ts';
import type { Attempt, CaseRun, SuiteRun } from '../suite-run.ts';
import { passShare } from '../suite-run.ts';
import { graphsOf } from './graphs-of.ts';
import type { KeptComparison, KeptHead, KeptRun } from './kept-report.ts';

/** Rows that one statement writes. */
const batch = 200;

/**
 * Keeps what a command found, a row a suite, case and attempt. What was kept of the same run and suite before is replaced, so that a report may
 * be kept again. Suites that did not run are told of with those that did.
 */
export async function keepReport(db: Kysely<Schema>, report: EvalReport): Promise<void> {
  await db.transaction().execute(async (trx) => {
    for (const run of report.runs.toSorted((a, b) => (a.suite < b.suite ? -1 : 1)))
      await keepRun(trx, report, run);
  });
}

/** The row of the run is locked by its upsert: of two who keep the same run, one comes after the other. */
async function keepRun(trx: Transaction<Schema>, report: EvalReport, run: SuiteRun): Promise<void> {
  const { runId: run_id, suite } = run;
  const comparison = report.comparisons.find((one) => one.suite === suite);
  const about = {
    graph: run.graph,
    graphs: JSON.stringify(graphsOf(run, comparison)),
    version: run.version,
    profile: run.profile,
    models: JSON.stringify(run.models),
    revision: run.revision,
    started_at: run.startedAt,
    ended_at: run.endedAt,
    ...countCases(run),
    verdict: comparison?.verdict ?? null,
    report: JSON.stringify(headOf(report)),
    run: JSON.stringify(withoutCases(run)),
    comparison: comparison ? JSON.stringify(withoutAttempts(comparison)) : null,
    kept_by: whoAsks().id,
  };
  await trx
    .insertInto('baton.eval_run')
    .values({ run_id, suite, ...about })
    .onConflict((conflict) =>
      conflict.columns(['tenant_id', 'run_id', 'suite']).doUpdateSet({ ...about, kept_at: sql`now()` }),
    )
    .execute();
  await trx.deleteFrom('baton.eval_case').where('run_id', '=', run_id).where('suite', '=', suite).execute();
  const cases = run.cases.map((one, place) => ({ run_id, suite, place, ...caseRow(one) }));
  for (const rows of batches(cases)) await trx.insertInto('baton.eval_case').values(rows).execute();
  const attempts = run.cases.flatMap((one, place) =>
    one.attempts.map((attempt) => ({ run_id, suite, place, ...attemptRow(attempt) })),
  );
  for (const rows of batches(attempts)) await trx.insertInto('baton.eval_attempt').values(rows).execute();
}

function caseRow(one: CaseRun) {
  const { id, hash, tags, gate, asks } = one;
  return { case_id: id, hash, outcome: outcomeOf(one), head: JSON.stringify({ tags, gate, asks }) };
}

function attemptRow({ repeat, outcome, scores, transcript, error }: Attempt) {
  return {
    repeat,
    outcome,
    scores: JSON.stringify(scores),
    transcript: JSON.stringify(transcript),
    error: error === undefined ? null : JSON.stringify(error),
  };
}

/** `failed` where one of the attempts failed. A case that was never asked is one of which nothing is known. */
export function outcomeOf(one: CaseRun): EvalOutcome {
  const share = passShare(one);
  if (share !== undefined) return share === 1 ? 'passed' : 'failed';
  return one.attempts.some(({ outcome }) => outcome === 'stale') ? 'stale' : 'errored';
}

function countCases(run: SuiteRun) {
  const outcomes = run.cases.map(outcomeOf);
  const count = (wanted: EvalOutcome) => outcomes.filter((outcome) => outcome === wanted).length;
  const shares = run.cases.map(passShare).filter((share) => share !== undefined);
  const sum = shares.reduce((all, share) => all + share, 0);
  return {
    cases: run.cases.length,
    passed: count('passed'),
    failed: count('failed'),
    errored: count('errored'),
    stale: count('stale'),
    rate: shares.length > 0 ? sum / shares.length : null,
  };
}

function headOf({ profile, startedAt, endedAt, notes, exitCode }: EvalReport): KeptHead {
  return { profile, startedAt, endedAt, notes, exitCode };
}

function withoutCases({ cases: _, ...run }: SuiteRun): KeptRun {
  return run;
}

/** Attempts of this run are kept with its cases; those of the one before are kept here, since it may be kept nowhere else. */
function withoutAttempts(comparison: Comparison): KeptComparison {
  const plain = (changes: Comparison['lost']) =>
    changes.map(({ afterAttempt: { repeat }, ...change }) => ({ ...change, afterAttempt: { repeat } }));
  return {
    ...comparison,
    lost: plain(comparison.lost),
    won: plain(comparison.won),
    gates: plain(comparison.gates),
  };
}

function* batches<Row>(rows: Row[]): Generator<Row[]> {
  for (let at = 0; at < rows.length; at += batch) yield rows.slice(at, at + batch);
}
