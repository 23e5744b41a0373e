import { type Kysely, sql } from 'kysely';
import type { Schema } from '../db/schema.ts';
import type { ShopTable } from './shop-tables.ts';

/**
 * Inserts rows into a table of the shop with one statement. The rows travel as one JSON parameter, so that
 * neither their number nor their columns meet the limit of 65,535 parameters, and text values are read by
 * the column type's own input: what a dump writes is accepted.
 *
 * Rejects with Postgres's error when a row does not fit; nothing of the statement is kept then.
 */
export async function insertRows(
  trx: Kysely<Schema>,
  table: ShopTable,
  columns: readonly string[],
  rows: readonly object[],
): Promise<void> {
  if (rows.length === 0) return;
  const name = sql.table(`films.${table}`);
  const list = sql.join(columns.map((column) => sql.ref(column)));
  const json = JSON.stringify(rows);
  await sql`
    insert into ${name} (${list})
    select ${list} from json_populate_recordset(null::${name}, ${json}::json)`.execute(trx);
}
