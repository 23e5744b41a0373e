import { type Kysely, sql } from 'kysely';
import type { Schema } from './schema.ts';

/** So few rows are soon read to their end, whatever the plan. */
const fewRows = 200;

/**
 * Counts anew what the planner goes by (`ANALYZE`), in Baton's tables that have doubled since that was done. Returns their names. To be called as
 * the owner, outside of a transaction.
 *
 * Connections keep the plans of their statements until a table's counts change. One that was made for a new, empty table reads the whole of it instead of
 * looking up keys, for as long as a server's autovacuum leaves it alone, which is minutes in which a table may get ten thousand rows. Rows alone
 * count and not changes of them, so that a table is seldom looked at, and the less often the larger it is.
 */
export async function analyzeGrown(db: Kysely<Schema>): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select format('%I.%I', s.schemaname, s.relname) as name
    from pg_stat_user_tables s join pg_class c on c.oid = s.relid
    where s.schemaname in ('baton', 'baton_queue') and pg_has_role(c.relowner, 'usage')
      and s.n_live_tup > ${fewRows}::int + 2 * greatest(c.reltuples, 0)
      and not exists (
        select from pg_locks l join pg_database d on d.oid = l.database and d.datname = current_database()
        where l.relation = c.oid and l.mode = any(${inTheWay}::text[])
      )
    order by s.n_live_tup`.execute(db);
  for (const { name } of rows) await sql.raw(`analyze (skip_locked) ${name}`).execute(db);
  return rows.map(({ name }) => name);
}

/** Locks with which a table cannot be analyzed: an index of it is made, it is vacuumed, somebody else analyzes it. It gets its turn later. */
const inTheWay = [
  'ShareUpdateExclusiveLock',
  'ShareLock',
  'ShareRowExclusiveLock',
  'ExclusiveLock',
  'AccessExclusiveLock',
];
