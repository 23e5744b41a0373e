import type { Expectation } from '../expectation.ts';
import type { Score, Seen } from '../score.ts';
import { compareResults } from './sql/compare-results.ts';
import { readState } from './sql/read-state.ts';
import { resultOfRows } from './sql/result-of-rows.ts';

/**
 * Scores what the turn left in the database: each query has to give its rows, whatever it calls the columns. Rejects with an `Error` when a query
 * cannot be run.
 */
export async function scoreState(
  expected: NonNullable<Expectation['state']>,
  { subject: { context }, signal }: Seen,
): Promise<Score[]> {
  const wrong: string[] = [];
  for (const { sql, rows, ordered } of expected) {
    const state = await readState(context.database, sql, signal);
    const right = rows.length === 0 ? { columns: state.columns, rows: [] } : resultOfRows(rows);
    const difference = compareResults(right, state, { ordered, extraColumns: false, emptyIsZero: false });
    if (difference !== undefined) wrong.push(`“${sql}” gives ${difference}.`);
  }
  const value = expected.length === 0 ? 1 : (expected.length - wrong.length) / expected.length;
  return [
    { scorer: 'state', value, passed: wrong.length === 0, ...(wrong.length > 0 && { why: wrong.join(' ') }) },
  ];
}
