import { type Kysely, sql } from 'kysely';
import type { Schema } from '../db/schema.ts';
import { shopTableNames } from './shop-tables.ts';

/**
 * Empties the shop, lets `fill` fill its tables in any order, and sets the sequences and counts for the
 * planner, all within the caller's transaction. References are checked when it ends. Readers wait until then.
 */
export async function replaceShop(trx: Kysely<Schema>, fill: () => Promise<void>): Promise<void> {
  const tables = [...shopTableNames, 'film_embedding'].map((table) => sql.table(`films.${table}`));
  await sql`truncate ${sql.join(tables)}`.execute(trx);
  await sql`set constraints all deferred`.execute(trx);
  await fill();
  await setSequences(trx);
  await sql`analyze ${sql.join(tables)}`.execute(trx);
}

/** Tables whose rows have a number of their own, with the sequence that gives the next one. */
const numbered = shopTableNames.filter((table) => !['film_actor', 'film_category'].includes(table));

/** Makes the next row of each table get the number after the highest one. */
async function setSequences(trx: Kysely<Schema>): Promise<void> {
  const sets = numbered.map((table) => {
    const column = `${table}_id`;
    return sql`setval(
      pg_get_serial_sequence(${`films.${table}`}, ${column}),
      coalesce((select max(${sql.ref(column)}) from ${sql.table(`films.${table}`)}), 0) + 1, false)`;
  });
  await sql`select ${sql.join(sets)}`.execute(trx);
}
