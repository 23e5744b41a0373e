import type { Database } from '../../../db/open-database.ts';
import { errorMessage, ToolError } from '../../../errors.ts';
import { checkPlan } from '../../../sql/check-plan.ts';
import { checkSql } from '../../../sql/check-sql.ts';
import { fetchRows } from '../../../sql/fetch-rows.ts';
import { readOnly } from '../../../sql/read-only.ts';
import { restrict } from '../../../sql/restrict.ts';
import { limitsOf, type SqlPolicy } from '../../../sql/sql-policy.ts';
import { TooLongError } from '../../../sql/start-guard.ts';
import type { Outcome } from './copy-session.ts';

/** To compare results, more of them is looked at than a model is shown. */
const wide = { rows: 50_000, bytes: 50_000_000, cellBytes: 1_000_000, timeoutMs: 15_000 };

/**
 * What a statement gives on the data as they are, in a transaction that reads only; or why it gives nothing. One that a model wrote is run under the
 * policy and its role as the tool runs it, one that is `trusted` as the database's user. Nothing is recorded: nobody asked for it. Rejects when the
 * database cannot be asked.
 */
export async function runOnData(
  database: Database,
  policy: SqlPolicy,
  sql: string,
  {
    settings,
    signal,
    trusted = false,
  }: { settings: Record<string, string>; signal: AbortSignal; trusted?: boolean },
): Promise<Outcome> {
  const checked = trusted ? undefined : await checkSql(sql, policy);
  if (checked && !checked.ok) return { error: checked.reason };
  const limits = { ...limitsOf(policy, database.kind), ...wide };
  try {
    return await readOnly(database, { timeoutMs: limits.timeoutMs, signal }, async (query) => {
      await restrict(query, policy, limits, settings);
      if (trusted) await query('set local role none');
      if (checked) checkPlan(await query(`explain (format json) ${checked.sql}`), checked, limits);
      await query(`declare looked_at no scroll cursor for ${checked?.sql ?? sql.replace(/;\s*$/, '')}`);
      const { columns, rows, truncated } = await fetchRows(query, { name: 'looked_at' }, limits);
      return truncated ? { error: `It gives more than ${wide.rows} rows.` } : { columns, rows };
    });
  } catch (error) {
    if (error instanceof TooLongError) return { error: error.message };
    if (error instanceof ToolError || isOfStatement(error)) return { error: errorMessage(error) };
    throw error;
  }
}

/** SQLSTATE classes of what a statement does wrong; others are of the database's doing. */
function isOfStatement(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return /^(0A|21|22|2F|42|54|57014)/.test(code);
}
