import { type Kysely, sql } from 'kysely';
import type { Schema } from '../../../src/db/schema.ts';

/** A table, view or sequence, as the database's own catalogue has it. */
export interface Relation {
  /** Qualified. */
  name: string;
  schema: string;
  kind: 'table' | 'view' | 'materialized view' | 'sequence' | 'foreign table';
  /** Whose rows are whose stands in it. */
  hasTenant: boolean;
  guarded: boolean;
  forced: boolean;
  policies: {
    name: string;
    command: string;
    permissive: boolean;
    roles: string[];
    using: string;
    check: string;
  }[];
  /** Who may do what, beside its owner, columns by themselves too: `baton_tenant SELECT`. `public` is everybody. */
  grants: string[];
  options: string[];
}

/** Everything that holds rows or counts in these schemas. */
export async function readRelations(db: Kysely<Schema>, schemas: readonly string[]): Promise<Relation[]> {
  const { rows } = await sql<Relation>`
    select n.nspname || '.' || c.relname as name, n.nspname as schema,
      case c.relkind when 'r' then 'table' when 'p' then 'table' when 'v' then 'view' when 'm' then 'materialized view'
        when 'S' then 'sequence' else 'foreign table' end as kind,
      exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped) as "hasTenant",
      c.relrowsecurity as guarded, c.relforcerowsecurity as forced, coalesce(c.reloptions, '{}') as options,
      coalesce((select json_agg(json_build_object(
        'name', p.polname, 'command', p.polcmd, 'permissive', p.polpermissive,
        'roles', (select coalesce(array_agg(case when r = 0 then 'public' else pg_get_userbyid(r)::text end), '{}') from unnest(p.polroles) r),
        'using', pg_get_expr(p.polqual, p.polrelid), 'check', pg_get_expr(p.polwithcheck, p.polrelid)) order by p.polname)
        from pg_policy p where p.polrelid = c.oid), '[]') as policies,
      (select coalesce(array_agg(distinct g.who || ' ' || g.what order by g.who || ' ' || g.what), '{}') from (
        select case when x.grantee = 0 then 'public' else pg_get_userbyid(x.grantee)::text end as who, x.privilege_type as what
        from aclexplode(c.relacl) x where x.grantee <> c.relowner
        union
        select case when x.grantee = 0 then 'public' else pg_get_userbyid(x.grantee)::text end, x.privilege_type
        from pg_attribute a, aclexplode(a.attacl) x where a.attrelid = c.oid and x.grantee <> c.relowner
      ) g) as grants
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = any(${[...schemas]}::text[]) and c.relkind in ('r', 'p', 'v', 'm', 'S', 'f')
    order by 1`.execute(db);
  return rows;
}

/** A unique index or a foreign key, with the columns of its own table. */
export interface Constraint {
  table: string;
  name: string;
  kind: 'unique' | 'foreign key';
  columns: string[];
  to: string | null;
}

/** What has to be unique and what leads elsewhere, of the tables of a schema. */
export async function readConstraints(db: Kysely<Schema>, schema: string): Promise<Constraint[]> {
  const { rows } = await sql<Constraint>`
    select n.nspname || '.' || t.relname as table, i.relname as name, 'unique' as kind, null as to,
      (select coalesce(array_agg(a.attname::text), '{}') from pg_attribute a where a.attrelid = t.oid and a.attnum = any(x.indkey)) as columns
    from pg_index x join pg_class t on t.oid = x.indrelid join pg_class i on i.oid = x.indexrelid
      join pg_namespace n on n.oid = t.relnamespace
    where x.indisunique and n.nspname = ${schema}
    union all
    select n.nspname || '.' || t.relname, c.conname, 'foreign key',
      (select rn.nspname || '.' || r.relname from pg_class r join pg_namespace rn on rn.oid = r.relnamespace where r.oid = c.confrelid),
      (select array_agg(a.attname::text) from pg_attribute a where a.attrelid = t.oid and a.attnum = any(c.conkey))
    from pg_constraint c join pg_class t on t.oid = c.conrelid join pg_namespace n on n.oid = t.relnamespace
    where c.contype = 'f' and n.nspname = ${schema}
    order by 1, 2`.execute(db);
  return rows;
}

/** A function or procedure, and who may call it beside its owner. */
export interface Routine {
  name: string;
  asOwner: boolean;
  /** It cannot be called by itself. */
  isTrigger: boolean;
  callers: string[];
}

export async function readRoutines(db: Kysely<Schema>, schemas: readonly string[]): Promise<Routine[]> {
  const { rows } = await sql<Routine>`
    select n.nspname || '.' || p.proname as name, p.prosecdef as "asOwner", p.prorettype = 'trigger'::regtype as "isTrigger",
      (select coalesce(array_agg(case when x.grantee = 0 then 'public' else pg_get_userbyid(x.grantee)::text end), '{}')
        from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) x where x.grantee <> p.proowner) as callers
    from pg_proc p join pg_namespace n on n.oid = p.pronamespace
    where n.nspname = any(${[...schemas]}::text[]) order by 1`.execute(db);
  return rows;
}
