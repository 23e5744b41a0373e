import { type Kysely, sql } from 'kysely';
import type { Schema } from '../../../src/db/schema.ts';

/** All that a tenant has, as one sum for each table. Columns that merely tell when something was last looked at do not count. */
export async function rowSums(
  db: Kysely<Schema>,
  tables: readonly string[],
  tenant: string,
): Promise<Record<string, string>> {
  const sums: Record<string, string> = {};
  for (const table of tables) {
    const { rows } = await sql<{ sum: string }>`
      select coalesce(md5(string_agg(row, '|' order by row)), 'none') as sum
      from (select (to_jsonb(t) - 'last_used_at' - 'used_at')::text as row
        from ${sql.table(table)} t where tenant_id = ${tenant}) rows`.execute(db);
    sums[table] = rows[0]?.sum ?? '';
  }
  return sums;
}
