import type { Database } from '../db/open-database.ts';
import { ToolError } from '../errors.ts';
import type { Json } from '../message.ts';
import { isOfSetup, type Query } from './ask-server.ts';
import { checkPlan } from './check-plan.ts';
import type { Accepted } from './check-sql.ts';
import { fetchRows } from './fetch-rows.ts';
import { type Ended, readOnly } from './read-only.ts';
import { entryOf, recordStatement } from './record-statement.ts';
import { restriction } from './restrict.ts';
import { toToolError } from './sql-error.ts';
import { limitsOf, type SqlLimits, type SqlPolicy } from './sql-policy.ts';
import { TooLongError } from './start-guard.ts';

export interface SqlResult {
  /** As the database names them; two may have one name. */
  columns: string[];
  /** Values in the order of `columns`. Numbers of arbitrary precision and times are texts. */
  rows: Json[][];
  rowCount: number;
  /** Set when the result goes on after these rows: which limit ended it. */
  truncated?: 'rows' | 'bytes';
  /** How many values were cut because they are longer than a cell may be. */
  cutCells: number;
  tables: string[];
  /** The planner's estimate. */
  cost: number;
  milliseconds: number;
}

/**
 * Runs one SELECT that a model wrote, under a policy and its role, in a transaction that reads only.
 *
 * Throws a `ToolError` that the model can act on when the statement is refused, too expensive, too slow or
 * wrong; the signal's reason when it aborts, after the query was stopped; any other error is ours. The audit tells of the statement.
 * `settings` are what the policy's tables ask of the transaction beside the tenant.
 */
export async function runSelect(
  database: Database,
  text: string,
  policy: SqlPolicy,
  { signal, settings = {} }: { signal?: AbortSignal; settings?: Record<string, string> } = {},
): Promise<SqlResult> {
  signal?.throwIfAborted();
  const { checkSql } = await import('./check-sql.ts'); // with PostgreSQL's own parser
  const checked = await checkSql(text, policy);
  if (!checked.ok) {
    await recordStatement(database, text, { outcome: 'refused', reason: checked.rule });
    throw new ToolError(checked.reason);
  }
  const limits = limitsOf(policy, database.kind);
  const started = performance.now();
  const { tables } = checked;
  const watch = {
    timeoutMs: limits.timeoutMs,
    signal,
    first: [restriction(policy, limits, settings)],
    record: (ended: Ended<Read>) => {
      const milliseconds = Math.round(performance.now() - started);
      if (ended.ok)
        return entryOf(text, { outcome: 'ok', tables, rows: ended.result.rowCount, milliseconds });
      const shown = shownOf(ended.error, limits);
      return shown instanceof ToolError
        ? entryOf(text, { outcome: 'failed', reason: shown.message, tables })
        : undefined;
    },
  };
  try {
    const found = await readOnly(database, watch, (query, queryLast) =>
      read({ query, queryLast }, checked, limits),
    );
    return { ...found, tables, milliseconds: Math.round(performance.now() - started) };
  } catch (error) {
    throw shownOf(error, limits);
  }
}

type Read = Omit<SqlResult, 'tables' | 'milliseconds'>;

async function read(
  { query, queryLast }: { query: Query; queryLast: Query },
  checked: Accepted,
  limits: SqlLimits,
): Promise<Read> {
  const [guarded, guardedLast] = [guard(query, limits), guard(queryLast, limits)];
  const explained = await guarded(`explain (format json) ${checked.sql}`);
  const { cost, isOneRow } = checkPlan(explained, checked, limits);
  const cursor = {
    name: 'of_model',
    declare: `declare of_model no scroll cursor for ${checked.sql}`,
    mostRows: isOneRow ? 1 : checked.limit,
    queryLast: guardedLast,
  };
  return { ...(await fetchRows(guarded, cursor, limits)), cost };
}

/** What goes wrong is for the model to read, unless it is of what the transaction begins with. */
function guard(query: Query, { timeoutMs }: SqlLimits): Query {
  return (...texts) =>
    query(...texts).catch((error: unknown) => {
      throw isOfSetup(error) ? error : toToolError(error, tooLong(timeoutMs));
    });
}

function shownOf(error: unknown, { timeoutMs }: SqlLimits): unknown {
  return error instanceof TooLongError ? new ToolError(tooLong(timeoutMs)) : error;
}

function tooLong(timeoutMs: number): string {
  return `The query took longer than ${timeoutMs / 1_000} s and was stopped. Filter earlier, join fewer rows, or aggregate less.`;
}
