import type { Query } from '../../../sql/ask-server.ts';
import { quoteText } from '../../../sql/quote.ts';
import type { SqlPolicy } from '../../../sql/sql-policy.ts';

export type Kind = 'integer' | 'number' | 'text' | 'date' | 'moment' | 'time' | 'boolean' | 'enum' | 'other';

export interface Column {
  name: string;
  /** As a cast names it. */
  type: string;
  kind: Kind;
  nullable: boolean;
  labels: string[];
}

export interface Table {
  name: string;
  columns: Column[];
  /** Sets of columns that no two rows share. */
  keys: string[][];
  /** Whether it declares a key, or that a column is never null: then what it leaves open is open. */
  declares: boolean;
  refs: Reference[];
  rows: number;
}

/** Columns that name a row of another table. */
export interface Reference {
  columns: string[];
  table: string;
  targets: string[];
}

/** What the database knows of the tables of a policy that a statement reads: only of the columns that the policy shows. */
export async function readTables(query: Query, policy: SqlPolicy, names: string[]): Promise<Table[]> {
  const wanted = `n.nspname = ${quoteText(policy.schema)} and c.relname in (${names.map(quoteText).join(', ') || "''"})`;
  const columns = await query(`
    select c.relname::text, a.attname::text, format_type(a.atttypid, a.atttypmod), a.attnotnull or t.typnotnull,
      case when b.typtype = 'e' then 'enum' else b.typname::text end,
      array_to_string(array(select e.enumlabel from pg_enum e where e.enumtypid = b.oid order by e.enumsortorder), chr(31))
    from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid
      join pg_type t on t.oid = a.atttypid join pg_type b on b.oid = case when t.typtype = 'd' then t.typbasetype else t.oid end
    where ${wanted} and a.attnum > 0 and not a.attisdropped order by a.attnum`);
  const keys = await query(`
    select c.relname::text, k.contype::text, target.relname::text,
      (select string_agg(a.attname::text, chr(31) order by at) from unnest(k.conkey) with ordinality u(num, at)
        join pg_attribute a on a.attrelid = k.conrelid and a.attnum = u.num),
      (select string_agg(a.attname::text, chr(31) order by at) from unnest(k.confkey) with ordinality u(num, at)
        join pg_attribute a on a.attrelid = k.confrelid and a.attnum = u.num)
    from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
      left join pg_class target on target.oid = k.confrelid
    where ${wanted} and k.contype in ('p', 'u', 'f') order by k.contype, k.conname`);
  return names.flatMap((name) => {
    const shown = policy.tables[name]?.columns ?? [];
    const own = columns.rows.filter((row) => row[0] === name && shown.includes(String(row[1]))).map(columnOf);
    if (own.length === 0) return [];
    const found = keys.rows.filter((row) => row[0] === name).map(keyOf);
    const known = found.filter((key) => key.columns.every((column) => shown.includes(column)));
    const unique = known.filter(({ kind }) => kind !== 'f').map(({ columns: set }) => set);
    const declares = unique.length > 0 || own.some(({ nullable }) => !nullable);
    return [{ name, columns: own, keys: unique, declares, refs: known.filter(isRef).map(refOf), rows: 0 }];
  });
}

function columnOf(row: unknown[]): Column {
  const [, name, type, required, base, labels] = row;
  return {
    name: String(name),
    type: String(type),
    kind: base === 'enum' ? 'enum' : (kinds[String(base)] ?? 'other'),
    nullable: required !== true,
    labels: labels ? String(labels).split('\u001f') : [],
  };
}

const kinds: Record<string, Kind> = {
  int2: 'integer',
  int4: 'integer',
  int8: 'integer',
  numeric: 'number',
  float4: 'number',
  float8: 'number',
  text: 'text',
  varchar: 'text',
  bpchar: 'text',
  date: 'date',
  timestamp: 'moment',
  timestamptz: 'moment',
  time: 'time',
  bool: 'boolean',
};

interface Key {
  kind: string;
  table: string;
  columns: string[];
  targets: string[];
}

function keyOf([, kind, table, columns, targets]: unknown[]): Key {
  const list = (text: unknown) => (typeof text === 'string' ? text.split('\u001f') : []);
  return { kind: String(kind), table: String(table), columns: list(columns), targets: list(targets) };
}

function isRef({ kind }: Key): boolean {
  return kind === 'f';
}

function refOf({ columns, table, targets }: Key): Reference {
  return { columns, table, targets };
}
