import type { Database } from '../db/open-database.ts';
import { runSelect, type SqlResult } from '../sql/run-select.ts';
import { policyFor } from './account-sql-policy.ts';
import { accountRights, askerSettings } from './asker-settings.ts';

/** Runs one SELECT on the account of the tenant whose run is carried out, as far as who asked may see it. Throws as `runSelect`. */
export function runAccountSelect(
  database: Database,
  sql: string,
  { signal }: { signal?: AbortSignal } = {},
): Promise<SqlResult> {
  const rights = accountRights();
  return runSelect(database, sql, policyFor(rights), {
    ...(signal && { signal }),
    settings: askerSettings(rights),
  });
}
