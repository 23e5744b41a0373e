import { type Kysely, sql } from 'kysely';
import type { Schema } from './schema.ts';

/**
 * Gives the room of rows that are gone free for those that come, and counts anew what the planner goes by, in the tables in which enough has changed:
 * embedded Postgres has no process of its own that would. Returns the tables' names. To be called as the owner, outside of a transaction.
 *
 * When it is enough is decided as a server decides it, by the database's own settings: "The Autovacuum Daemon" in PostgreSQL's documentation. Entries of a graph of vectors (HNSW)
 * stay where their rows are gone, since mending such an index keeps the only connection for long.
 */
export async function vacuumEmbedded(db: Kysely<Schema>): Promise<string[]> {
  await sql`select pg_stat_force_next_flush()`.execute(db); // else what was done within the last second is not counted yet
  const { rows } = await sql<{ name: string; hasGraph: boolean }>`
    select format('%I.%I', s.schemaname, s.relname) as name, exists (
      select from pg_index i join pg_class ic on ic.oid = i.indexrelid join pg_am a on a.oid = ic.relam
      where i.indrelid = c.oid and a.amname = 'hnsw'
    ) as "hasGraph"
    from pg_stat_user_tables s join pg_class c on c.oid = s.relid
    where c.relpersistence = 'p' and (
      s.n_dead_tup > ${enough('vacuum_threshold', 'vacuum_scale_factor')}
      or s.n_ins_since_vacuum > ${enough('vacuum_insert_threshold', 'vacuum_insert_scale_factor')}
      or s.n_mod_since_analyze > ${enough('analyze_threshold', 'analyze_scale_factor')}
    )
    order by s.n_dead_tup desc`.execute(db);
  for (const { name, hasGraph } of rows)
    await sql.raw(`vacuum (analyze${hasGraph ? ', index_cleanup off' : ''}) ${name}`).execute(db);
  return rows.map(({ name }) => name);
}

/** A number of rows, of a table that had `reltuples` when it was last counted, which is -1 before. */
function enough(threshold: string, scaleFactor: string) {
  const setting = (name: string) => sql`current_setting(${`autovacuum_${name}`}::text)::float8`;
  return sql`${setting(threshold)} + ${setting(scaleFactor)} * greatest(c.reltuples, 0)`;
}
