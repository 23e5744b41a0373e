import type { Database } from '../db/open-database.ts';
import { embedFilms } from '../films/embed-films.ts';
import { importPagila } from '../films/import-pagila.ts';
import type { ShopTable } from '../films/shop-tables.ts';
import type { Embedder } from '../model/embedder.ts';

/**
 * `baton import films DIR`: replaces the film shop by the dump in a folder, then embeds its films. Says how
 * far it is, line by line, to `write` (standard error).
 *
 * Rejects with a `CallerError` when the folder holds no dump that fits; the shop is then as it was. When
 * the embedder fails, the shop is imported and the next start embeds the rest.
 */
export async function importFilms(
  { database: { db }, embedder }: { database: Database; embedder: Embedder },
  folder: string,
  write: (line: string) => void,
): Promise<void> {
  const began = Date.now();
  let current: { table: ShopTable; rows: number } | undefined;
  const imported = await importPagila(db, folder, (table, rows) => {
    if (current && current.table !== table) write(rowLine(current.table, current.rows));
    current = { table, rows };
  });
  if (current) write(rowLine(current.table, current.rows));
  const embedded = await embedFilms(db, embedder, {
    onProgress: (done, total) => write(`  embedded ${done} of ${total} films`),
  });
  const rows = Object.values(imported).reduce((sum, count) => sum + count, 0);
  const seconds = ((Date.now() - began) / 1000).toFixed(1);
  write(`Imported ${rows} rows from ${folder} and embedded ${embedded} films in ${seconds} s.`);
}

function rowLine(table: ShopTable, rows: number): string {
  return `  ${table.padEnd(14)}${String(rows).padStart(7)} rows`;
}
