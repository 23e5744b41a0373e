import { PGlite } from '@electric-sql/pglite';
import { vector } from '@electric-sql/pglite-pgvector';
import pg from 'pg';
import type { Place } from './prepare-database.ts';

/** Runs statements on a database that, where it is embedded, nobody has open. */
type Ask = <Row>(statement: string) => Promise<Row[]>;

/** What a table takes, in bytes. */
export interface TableSize {
  rows: number;
  /** Long values, which are kept beside the rows. */
  long: number;
  indexes: number;
}

/**
 * What the tables of some schemas take, by name, after a `VACUUM`. The reference's are those of the saver, which are in `public`.
 */
export function storageSizes(place: Place, schemas: readonly string[]): Promise<Record<string, TableSize>> {
  return withDatabase(place, async (ask) => {
    const sizes: Record<string, TableSize> = {};
    for (const name of await vacuumed(ask, schemas)) sizes[name] = await sizeOf(ask, name);
    return sizes;
  });
}

async function sizeOf(ask: Ask, name: string): Promise<TableSize> {
  const [row] = await ask<Record<'rows' | 'tables' | 'indexes', string | number>>(
    `select pg_relation_size('${name}') as rows, pg_table_size('${name}') as tables, pg_indexes_size('${name}') as indexes`,
  );
  const rows = Number(row?.rows);
  return { rows, long: Number(row?.tables) - rows, indexes: Number(row?.indexes) };
}

/** Gives the room of what is gone free for what comes, as a server's autovacuum does within minutes. An embedded database that is open is left alone. */
export async function vacuumOpen(place: Place, schemas: readonly string[]): Promise<void> {
  if ('url' in place) await withDatabase(place, (ask) => vacuumed(ask, schemas));
}

/** The tables, each after a `VACUUM`. */
async function vacuumed(ask: Ask, schemas: readonly string[]): Promise<string[]> {
  const list = schemas.map((schema) => `'${schema}'`).join(', ');
  const tables = await ask<{ name: string }>(
    `select format('%I.%I', nspname, relname) as name from pg_class join pg_namespace on pg_namespace.oid = relnamespace
      where nspname in (${list}) and relkind = 'r'`,
  );
  for (const { name } of tables) await ask(`vacuum ${name}`);
  return tables.map(({ name }) => name);
}

async function withDatabase<Result>(place: Place, work: (ask: Ask) => Promise<Result>): Promise<Result> {
  if ('url' in place) {
    const client = new pg.Client({ connectionString: place.url });
    await client.connect();
    try {
      return await work(async (statement) => (await client.query(statement)).rows);
    } finally {
      await client.end();
    }
  }
  const pglite = await PGlite.create(place.folder, { extensions: { vector } });
  try {
    return await work(async <Row>(statement: string) => (await pglite.query<Row>(statement)).rows);
  } finally {
    await pglite.close();
  }
}
