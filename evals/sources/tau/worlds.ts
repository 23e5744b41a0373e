import { type Kysely, sql } from 'kysely';
import type { JsonObject } from '../../../src/message.ts';
import type { TauSchema } from '../../projects/tau/tables/tau-schema.ts';
import { tauSchema, worldTables } from '../../projects/tau/tables/world-tables.ts';
import type { Rows } from './to-rows.ts';

type Db = Kysely<TauSchema>;

/** Makes the tables of all worlds. */
export async function makeTables(db: Db): Promise<void> {
  for (const statement of tauSchema()) await sql.raw(statement).execute(db);
}

/** Fills a world, and the tables that worlds share, with rows. */
export async function fillWorld(db: Db, world: string, rows: Rows): Promise<void> {
  for (const [table, all] of Object.entries(rows)) {
    const own = table in worldTables ? all.map((row) => ({ world, ...row })) : all;
    const into = sql.id('tau', table);
    const columns = sql.join(Object.keys(Object.assign({}, ...own)).map((column) => sql.id(column)));
    const values = sql`jsonb_populate_recordset(null::${into}, ${JSON.stringify(own)}::jsonb)`;
    if (own.length > 0)
      await sql`insert into ${into} (${columns}) select ${columns} from ${values}`.execute(db);
  }
}

/** Copies a whole world. */
export async function copyWorld(db: Db, from: string, to: string): Promise<void> {
  for (const [table, columns] of tables()) {
    const into = sql`insert into ${sql.id('tau', table)} (world, ${columns})`;
    await sql`${into} select ${to}::uuid, ${columns} from ${sql.id('tau', table)} where world = ${from}`.execute(
      db,
    );
  }
}

export async function dropWorld(db: Db, world: string): Promise<void> {
  for (const [table] of [...tables(), ['write']] as const) {
    await sql`delete from ${sql.id('tau', table)} where world = ${world}`.execute(db);
  }
}

/** A hash of everything in a world. */
export async function hashWorld(db: Db, world: string): Promise<string> {
  const hashes = tables().map(([table, columns, key]) => {
    const rows = sql`(select ${columns} from ${sql.id('tau', table)} where world = ${world}) r`;
    return sql`select ${table}::text as name, md5(coalesce(string_agg(r::text, '\n' order by ${key}), '')) as hash from ${rows}`;
  });
  const all = sql.join(hashes, sql` union all `);
  const { rows } = await sql<{ hash: string }>`select hash from (${all}) hashes order by name`.execute(db);
  return rows.map(({ hash }) => hash).join();
}

/** What differs between two worlds, a line a row: `- ` is missing from `actual`, `+ ` is surplus in it. */
export async function diffWorlds(db: Db, expected: string, actual: string): Promise<string[]> {
  if ((await hashWorld(db, expected)) === (await hashWorld(db, actual))) return [];
  const lines: string[] = [];
  for (const [table, columns] of tables()) {
    for (const [sign, one, other] of [
      ['-', expected, actual],
      ['+', actual, expected],
    ] as const) {
      const rowsOf = (world: string) =>
        sql`select ${columns} from ${sql.id('tau', table)} where world = ${world}`;
      const { rows } = await sql<JsonObject>`${rowsOf(one)} except ${rowsOf(other)}`.execute(db);
      lines.push(...rows.map((row) => `${sign} ${table} ${JSON.stringify(row)}`));
    }
  }
  return lines.length > 0 ? lines : ['the worlds differ in how often a row is there'];
}

/** A world's tables with their columns and the columns of their keys. */
function tables() {
  const named = (columns: string[]) => sql.join(columns.map((column) => sql.id(column)));
  return Object.entries(worldTables).map(
    ([table, { columns, key }]) => [table, named(Object.keys(columns)), named(key)] as const,
  );
}
