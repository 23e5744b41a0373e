import type { SqlPolicy, TablePolicy } from '../sql/sql-policy.ts';
import { type ShopTable, shopTableNames, shopTables } from './shop-tables.ts';

/** What SQL of a model may not read: secrets, ways to reach a person, and columns that are no use as text. */
const hidden: Partial<Record<ShopTable, string[]>> = {
  address: ['phone'],
  customer: ['email'],
  film: ['fulltext'],
  staff: ['email', 'username', 'password', 'picture'],
};

/** What SQL of a model may read of the film shop. The vectors of `film_embedding` are for `searchFilms` alone. */
export const filmsSqlPolicy: SqlPolicy = {
  schema: 'films',
  role: 'baton_films_reader',
  tables: Object.fromEntries(shopTableNames.map((table) => [table, policyOf(table)])),
  types: ['mpaa_rating', 'year'],
  // A result is kept with its thread: enough for a chat, too little to weigh a thread down.
  limits: { rows: 500, bytes: 100_000 },
};

function policyOf(table: ShopTable): TablePolicy {
  const kept = hidden[table] ?? [];
  const columns: readonly string[] = shopTables[table];
  return { columns: columns.filter((column) => !kept.includes(column)), hidden: kept };
}
