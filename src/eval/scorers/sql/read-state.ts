import type { Database } from '../../../db/open-database.ts';
import { graphsSetting, tenantRole, tenantSetting } from '../../../db/row-security.ts';
import { errorMessage } from '../../../errors.ts';
import type { Query } from '../../../sql/ask-server.ts';
import { toJson } from '../../../sql/json-value.ts';
import { quoteName, quoteText } from '../../../sql/quote.ts';
import { readOnly } from '../../../sql/read-only.ts';
import { currentTenant } from '../../../tenancy.ts';
import type { Result } from './compare-results.ts';

const timeoutMs = 15_000;

/**
 * Reads the database as the current tenant's data are stored, without being able to change anything. Tables that the tenant's role may not read, as
 * those of a tool's own schema, are read as the database's user. Rejects with an `Error` that says which query cannot be run.
 */
export async function readState(database: Database, sql: string, signal: AbortSignal): Promise<Result> {
  const asTenant = async (query: Query) => {
    await query(
      `select set_config('${tenantSetting}', ${quoteText(currentTenant())}, true), set_config('${graphsSetting}', '', true)`,
    );
    await query(`set local role ${quoteName(tenantRole)}`);
  };
  try {
    return await read(database, sql, signal, asTenant).catch((error: unknown) => {
      if (!isForbidden(error)) throw error;
      return read(database, sql, signal, async () => undefined);
    });
  } catch (error) {
    signal.throwIfAborted();
    throw new Error(`The state cannot be read: ${errorMessage(error)} (${sql})`, { cause: error });
  }
}

function read(
  database: Database,
  sql: string,
  signal: AbortSignal,
  become: (query: Query) => Promise<void>,
): Promise<Result> {
  return readOnly(database, { timeoutMs, signal }, async (query) => {
    await become(query);
    const { columns, rows } = await query(sql);
    return { columns, rows: rows.map((row) => row.map(toJson)) };
  });
}

function isForbidden(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '42501';
}
