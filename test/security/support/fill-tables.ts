import { type Kysely, sql } from 'kysely';
import type { Schema } from '../../../src/db/schema.ts';

interface Column {
  name: string;
  type: string;
  needed: boolean;
  /** What a check of the table says about it, as far as it names one value. */
  said: string | null;
}

interface Link {
  columns: string[];
  to: string;
  toColumns: string[];
}

/** Columns whose values have to be of a form that their types do not say, as SQL. */
export type Particulars = Record<string, string>;

/**
 * Puts a row of a tenant into each table that has none of his, as the database's own user: made up by the types of its columns, and
 * leading to rows of the same tenant. Rejects with what is in the way of the tables that cannot be filled.
 */
export async function fillTables(
  db: Kysely<Schema>,
  tables: readonly string[],
  tenant: string,
  particulars: Particulars,
): Promise<void> {
  let empty: string[] = [];
  for (const table of tables) if ((await countRows(db, table, tenant)) === 0) empty.push(table);
  const problems = new Map<string, unknown>();
  for (let before = -1; empty.length > 0 && before !== empty.length; ) {
    before = empty.length;
    const left: string[] = [];
    for (const table of empty) {
      const failed = await insertOne(db, table, tenant, particulars).then(
        () => undefined,
        (error: unknown) => error ?? new Error('?'),
      );
      if (failed === undefined) continue;
      left.push(table);
      problems.set(table, failed);
    }
    empty = left;
  }
  if (empty.length > 0) {
    const why = empty.map((table) => `${table}: ${String(problems.get(table))}`).join('\n');
    throw new Error(`These tables have no row of ${tenant}, say of which form their columns are:\n${why}`);
  }
}

async function countRows(db: Kysely<Schema>, table: string, tenant: string): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from ${sql.table(table)} where tenant_id = ${tenant}`.execute(db);
  return rows[0]?.count ?? 0;
}

async function insertOne(
  db: Kysely<Schema>,
  table: string,
  tenant: string,
  particulars: Particulars,
): Promise<void> {
  if ((await countRows(db, table, tenant)) > 0) return; // another table's row brought it along
  const [columns, links] = [await columnsOf(db, table), await linksOf(db, table)];
  const values = new Map<string, string>([['tenant_id', quoted(tenant)]]);
  for (const link of links) {
    const wanted = link.columns.some(
      (name) => columns.find((column) => column.name === name)?.needed && name !== 'tenant_id',
    );
    if (!wanted) continue;
    const { rows } = await sql<Record<string, string>>`
      select ${sql.join(link.toColumns.map((name) => sql`${sql.ref(name)}::text as ${sql.ref(name)}`))}
      from ${sql.table(link.to)} where tenant_id = ${tenant} limit 1`.execute(db);
    link.columns.forEach((name, at) => {
      const found = rows[0]?.[link.toColumns[at] ?? ''];
      if (found !== undefined) values.set(name, quoted(found));
    });
  }
  for (const column of columns) {
    const special = particulars[`${table}.${column.name}`];
    if (special) values.set(column.name, special);
    else if (column.needed && !values.has(column.name)) values.set(column.name, madeUp(column));
  }
  const names = [...values.keys()].map((name) => `"${name}"`).join(', ');
  await sql.raw(`insert into ${table} (${names}) values (${[...values.values()].join(', ')})`).execute(db);
}

function madeUp({ type, said }: Column): string {
  if (said !== null) return quoted(said);
  if (type === 'uuid') return 'gen_random_uuid()';
  if (type === 'boolean') return 'true';
  if (type === 'bytea') return `'\\x00'`;
  if (type.startsWith('timestamp')) return 'now()';
  if (type === 'date') return 'current_date';
  if (type.endsWith('[]')) return `'{}'`;
  if (type.startsWith('json')) return `'{}'`;
  if (/^(integer|bigint|smallint|numeric|double|real)/.test(type)) return '1';
  if (type.startsWith('vector') || type.startsWith('halfvec')) return `'[1]'`;
  return `'made-up-' || gen_random_uuid()`;
}

async function columnsOf(db: Kysely<Schema>, table: string): Promise<Column[]> {
  const { rows } = await sql<Column>`
    select a.attname as name, format_type(a.atttypid, null) as type,
      a.attnotnull and not a.atthasdef and a.attidentity = '' as needed,
      (select max((regexp_match(pg_get_constraintdef(c.oid), a.attname || '"? = (?:ANY \\(\\(?ARRAY\\[)?''([^'']*)'''))[1])
        from pg_constraint c where c.conrelid = a.attrelid and c.contype = 'c' and a.attnum = any(c.conkey)) as said
    from pg_attribute a where a.attrelid = ${table}::regclass and a.attnum > 0 and not a.attisdropped
      and a.attgenerated = ''`.execute(db);
  return rows;
}

async function linksOf(db: Kysely<Schema>, table: string): Promise<Link[]> {
  const { rows } = await sql<Link>`
    select (select n.nspname || '.' || r.relname from pg_class r join pg_namespace n on n.oid = r.relnamespace where r.oid = c.confrelid) as to,
      (select array_agg(a.attname::text order by k.at) from unnest(c.conkey) with ordinality k(num, at)
        join pg_attribute a on a.attrelid = c.conrelid and a.attnum = k.num) as columns,
      (select array_agg(a.attname::text order by k.at) from unnest(c.confkey) with ordinality k(num, at)
        join pg_attribute a on a.attrelid = c.confrelid and a.attnum = k.num) as "toColumns"
    from pg_constraint c where c.contype = 'f' and c.conrelid = ${table}::regclass`.execute(db);
  return rows;
}

function quoted(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}
