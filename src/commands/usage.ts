import { stringify } from 'csv-stringify/sync';
import type { Database } from '../db/open-database.ts';
import { CallerError } from '../errors.ts';
import { printable } from '../printable.ts';
import { asService, inTenant } from '../tenancy.ts';
import { showUsage, sumColumns } from '../usage/show-usage.ts';
import { sumUsage, type UsageKey, usageKeys } from '../usage/sum-usage.ts';
import { unknownName } from '../yaml/file-problem.ts';

export interface UsageOptions {
  /** Absent: of all tenants. */
  tenant?: string;
  /** Parted by commas. */
  by: string;
  from?: string;
  to?: string;
  csv?: boolean;
}

const shown = ['calls', 'input_tokens', 'cached_input_tokens', 'output_tokens', 'cost_usd'] as const;
const page = 1_000;

/** `baton usage`: prints what models took, a line a group, as a table or as CSV. Throws a `CallerError` that says what is wrong. */
export async function usageCommand(
  { db, output }: { db: Database['db']; output: NodeJS.WritableStream },
  { tenant, by: list, from, to, csv = false }: UsageOptions,
): Promise<void> {
  const by = readKeys(list);
  const now = new Date();
  const query = {
    by,
    from: from ? readDay(from) : new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 1)),
    to: to ? readDay(to) : new Date(now.getTime() + 60_000),
    where: [],
    limit: page,
  };
  const columns = [...by, ...(csv ? sumColumns : shown)];
  if (!csv) output.write(`${columns.join('  ')}\n`);
  let after: string[] | undefined;
  let header = csv;
  do {
    const ask = () => sumUsage(db, { ...query, ...(after && { after }) });
    const found = await (tenant === undefined ? asService(ask) : inTenant(tenant, ask));
    const rows = found.map((row) => showUsage(by, row));
    output.write(
      csv
        ? stringify(rows, { header, columns, quoted: true, escape_formulas: true })
        : linesOf(rows, columns),
    );
    header = false;
    after = found.length === page && by.length > 0 ? found.at(-1)?.keys : undefined;
  } while (after);
}

function linesOf(rows: Record<string, string | number>[], columns: string[]): string {
  return rows
    .map((row) => `${columns.map((column) => printable(String(row[column] || '-'))).join('  ')}\n`)
    .join('');
}

function readKeys(list: string): UsageKey[] {
  return list
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean)
    .map((name) => {
      const key = usageKeys.find((known) => known === name);
      if (key) return key;
      throw new CallerError('invalid-request', unknownName('group', printable(name), [...usageKeys]));
    });
}

function readDay(text: string): Date {
  const day = new Date(text);
  if (/^\d{4}-\d\d-\d\d/.test(text) && !Number.isNaN(day.getTime())) return day;
  throw new CallerError('invalid-request', `${printable(text)}: expected a day such as 2026-11-21.`);
}
