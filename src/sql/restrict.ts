import { graphsSetting, tenantSetting } from '../db/row-security.ts';
import { currentTenant, currentWork, type RunUnderWay } from '../tenancy.ts';
import type { Query } from './ask-server.ts';
import { quoteName, quoteText } from './quote.ts';
import type { SqlLimits, SqlPolicy } from './sql-policy.ts';

/**
 * Makes a transaction work as a policy's role, under its limits, with what its tables ask for in `more`: to be its first query, after which it
 * cannot be made to write where it reads only. Names are looked for in `schemas` before the policy's own.
 */
export async function restrict(query: Query, ...how: Parameters<typeof restriction>): Promise<void> {
  const { text, values } = restriction(...how);
  await query(text.replaceAll(/\$(\d+)/g, (_, place) => quoteText(values[Number(place) - 1] ?? '')));
}

/** The same as a statement. The role comes last: until then whoever begins the transaction sets. */
export function restriction(
  policy: SqlPolicy,
  { timeoutMs }: Pick<SqlLimits, 'timeoutMs'>,
  more: Record<string, string>,
  schemas: string[] = [],
): { text: string; values: string[] } {
  const settings = {
    ...more,
    ...(policy.ofTenant && tenantSettings()),
    search_path: ['pg_catalog', ...schemas.map(quoteName), quoteName(policy.schema), 'pg_temp'].join(', '),
    statement_timeout: String(timeoutMs),
    timezone: 'UTC',
    lock_timeout: '500',
    idle_in_transaction_session_timeout: '10000',
    work_mem: '8MB',
    max_parallel_workers_per_gather: '0',
    jit: 'off',
    standard_conforming_strings: 'on',
    DateStyle: 'ISO, MDY',
    IntervalStyle: 'postgres',
    extra_float_digits: '1',
  };
  const calls = Object.keys(settings).map((name, at) => `set_config('${name}', $${at + 1}, true)`);
  const text = `select ${calls.join(', ')},
    case when current_setting('is_superuser') = 'on' then set_config('temp_file_limit', '128MB', true) end,
    set_config('role', $${calls.length + 1}, true)`;
  return { text, values: [...Object.values(settings), policy.role] };
}

/** Whose rows the tables show. */
function tenantSettings(): Record<string, string> {
  const work = currentWork();
  const graphs = typeof work === 'object' ? (work.graphs ?? graphsOf(work.run)) : undefined;
  return { [tenantSetting]: currentTenant(), [graphsSetting]: graphs ? JSON.stringify(graphs) : '' };
}

/** A run that nobody in particular asked for, as a cron's, sees its own graph alone: who made the cron may see no other. */
function graphsOf(run: RunUnderWay | undefined): readonly string[] | undefined {
  if (!run) return undefined;
  return run.asker ? run.asker.graphs : [run.graph];
}
