import { sql } from 'kysely';
import type { Database } from '../db/open-database.ts';
import { ToolError } from '../errors.ts';
import { didYouMean, someOf } from './refuse.ts';
import type { SqlPolicy } from './sql-policy.ts';

interface TableRow {
  table: string;
  rows: number;
  comment: string | null;
}

interface ColumnRow {
  table: string;
  column: string;
  type: string;
  required: boolean;
  comment: string | null;
  /** The labels of an enum, or of a domain or array of one. */
  labels: string[] | null;
}

interface KeyRow {
  table: string;
  kind: 'p' | 'u' | 'f';
  columns: string[];
  target: string | null;
  targetColumns: string[] | null;
}

/**
 * Describes tables for a model: columns with types, keys, enum values, comments and how many rows there
 * are. Tells only of what the policy allows. Throws a `ToolError` for a name that is not a table of it.
 */
export async function describeTables(
  database: Database,
  policy: SqlPolicy,
  names?: string[],
): Promise<string> {
  const chosen =
    names && names.length > 0 ? names.map((name) => tableOf(name, policy)) : Object.keys(policy.tables);
  const [tables, columns, keys] = await Promise.all([
    readTables(database, policy.schema, chosen),
    readColumns(database, policy.schema, chosen),
    readKeys(database, policy.schema, chosen),
  ]);
  const blocks = tables.map((table) => {
    const own = columns.filter(
      (column) => column.table === table.table && isAllowed(policy, column.table, column.column),
    );
    const ownKeys = keys.filter((key) => key.table === table.table && isKeyAllowed(policy, key));
    const description = policy.tables[table.table]?.description ?? table.comment;
    return [heading(table, description), ...own.map((column) => columnLine(column, ownKeys))].join('\n');
  });
  return blocks.join('\n\n');
}

function tableOf(name: string, { schema, tables }: SqlPolicy): string {
  const plain = name.trim().replace(`${schema}.`, '');
  if (Object.hasOwn(tables, plain)) return plain;
  const known = Object.keys(tables);
  throw new ToolError(`There is no table ${name}.${didYouMean(plain, known)} Tables: ${someOf(known)}.`);
}

function heading({ table, rows }: TableRow, description: string | null): string {
  const count = rows < 0 ? '' : ` (about ${rows} rows)`;
  return `${table}${count}${description ? `: ${description}` : ''}`;
}

function columnLine({ column, type, required, comment, labels }: ColumnRow, keys: KeyRow[]): string {
  const notes = [
    ...keys.filter((key) => key.columns.includes(column)).map((key) => keyNote(key)),
    ...(required ? [] : ['can be null']),
    ...(labels ? [`one of ${labels.map((label) => `'${label}'`).join(', ')}`] : []),
    ...(comment ? [comment] : []),
  ];
  return `  ${column} ${type.replace(/^\w+\./, '')}${notes.length > 0 ? ` — ${notes.join('; ')}` : ''}`;
}

function keyNote({ kind, columns, target, targetColumns }: KeyRow): string {
  const several = columns.length > 1 ? ` (${columns.join(', ')})` : '';
  if (kind === 'p') return `primary key${several}`;
  if (kind === 'u') return `unique${several}`;
  return `refers to ${target}.${(targetColumns ?? []).join(', ')}${several && ` by${several}`}`;
}

function isAllowed({ tables }: SqlPolicy, table: string, column: string): boolean {
  return Object.hasOwn(tables, table) && tables[table]?.columns.includes(column) === true;
}

function isKeyAllowed(policy: SqlPolicy, { table, columns, target, targetColumns }: KeyRow): boolean {
  const own = columns.every((column) => isAllowed(policy, table, column));
  return (
    own && (target === null || (targetColumns ?? []).every((column) => isAllowed(policy, target, column)))
  );
}

/** The planner's estimates; of a partitioned table, those of its partitions. -1 where nothing is known yet. */
async function readTables({ db }: Database, schema: string, names: string[]): Promise<TableRow[]> {
  const { rows } = await sql<TableRow>`
    select c.relname as "table", obj_description(c.oid, 'pg_class') as comment,
      (case when c.relkind = 'p'
        then coalesce((select sum(greatest(p.reltuples, 0)) from pg_inherits i join pg_class p on p.oid = i.inhrelid
          where i.inhparent = c.oid), -1)
        else c.reltuples end)::float8 as rows
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = ${schema} and c.relkind in ('r', 'p', 'v', 'm', 'f') and c.relname = any(${names})
    order by array_position(${names}::text[], c.relname::text)`.execute(db);
  return rows;
}

async function readColumns({ db }: Database, schema: string, names: string[]): Promise<ColumnRow[]> {
  const { rows } = await sql<ColumnRow>`
    select c.relname as "table", a.attname as "column", format_type(a.atttypid, a.atttypmod) as type,
      a.attnotnull as required, col_description(c.oid, a.attnum) as comment,
      (select array_agg(e.enumlabel::text order by e.enumsortorder) from pg_enum e
        where e.enumtypid in (t.oid, t.typbasetype, t.typelem)) as labels
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
      join pg_attribute a on a.attrelid = c.oid join pg_type t on t.oid = a.atttypid
    where n.nspname = ${schema} and c.relkind in ('r', 'p', 'v', 'm', 'f') and c.relname = any(${names})
      and a.attnum > 0 and not a.attisdropped
    order by c.relname, a.attnum`.execute(db);
  return rows;
}

async function readKeys({ db }: Database, schema: string, names: string[]): Promise<KeyRow[]> {
  const { rows } = await sql<KeyRow>`
    select c.relname as "table", k.contype as kind, target.relname as target,
      (select array_agg(a.attname::text order by at) from unnest(k.conkey) with ordinality u(num, at)
        join pg_attribute a on a.attrelid = k.conrelid and a.attnum = u.num) as columns,
      (select array_agg(a.attname::text order by at) from unnest(k.confkey) with ordinality u(num, at)
        join pg_attribute a on a.attrelid = k.confrelid and a.attnum = u.num) as "targetColumns"
    from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
      left join pg_class target on target.oid = k.confrelid
    where n.nspname = ${schema} and c.relname = any(${names}) and k.contype in ('p', 'u', 'f')
    order by c.relname, k.contype desc, k.conname`.execute(db);
  return rows;
}
