import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { type Kysely, sql } from 'kysely';
import type { Schema } from '../db/schema.ts';
import { CallerError, errorMessage } from '../errors.ts';
import { insertRows } from './insert-rows.ts';
import { type CopiedRow, readCopyBlocks } from './read-copy-blocks.ts';
import { replaceShop } from './replace-shop.ts';
import { type ShopTable, shopTables } from './shop-tables.ts';

/** How many rows each table got. */
export type ImportedRows = Partial<Record<ShopTable, number>>;

const batchSize = 1000;

/**
 * Replaces the shop by the rows of a Pagila dump: every `*.sql` and `*.sql.gz` of a folder, in the order of
 * their names. Only the rows of the shop's tables are read; payments may stand in partitions. One
 * transaction: all of it, or the shop stays as it was. The films have no vectors afterwards.
 *
 * Rejects with a `CallerError` when there is no such folder, when it holds no COPY block, and for a table, a
 * column or a row that does not fit, with file and line.
 */
export async function importPagila(
  db: Kysely<Schema>,
  folder: string,
  onRows: (table: ShopTable, rows: number) => void = () => undefined,
): Promise<ImportedRows> {
  const files = await dumpsIn(folder);
  const imported: ImportedRows = {};
  await db.transaction().execute((trx) =>
    replaceShop(trx, async () => {
      for await (const batch of batchesOf(files)) {
        await insertBatch(trx, batch);
        imported[batch.table] = (imported[batch.table] ?? 0) + batch.rows.length;
        onRows(batch.table, imported[batch.table] ?? 0);
      }
      if (Object.keys(imported).length === 0) throw nothingFound(folder);
      await checkReferences(trx);
    }),
  );
  return imported;
}

async function dumpsIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => {
    throw new CallerError('not-found', `There is no folder ${folder} that can be read.`);
  });
  const dumps = names.filter((name) => /\.sql(\.gz)?$/.test(name)).sort();
  if (dumps.length === 0) throw nothingFound(folder);
  return dumps.map((name) => path.join(folder, name));
}

function nothingFound(folder: string): CallerError {
  const hint = 'Expected .sql or .sql.gz files that pg_dump wrote, without --inserts.';
  return new CallerError('unprocessable', `No file of ${folder} holds a COPY block. ${hint}`);
}

interface Batch {
  table: ShopTable;
  columns: readonly string[];
  rows: CopiedRow[];
}

async function* batchesOf(files: string[]): AsyncGenerator<Batch> {
  let batch: Batch | undefined;
  let block: string[] | undefined;
  for (const file of files) {
    for await (const row of readCopyBlocks(file)) {
      if (batch && (row.columns !== block || batch.rows.length === batchSize)) {
        yield batch;
        batch = undefined;
      }
      batch ??= newBatch(row);
      batch.rows.push(row);
      block = row.columns;
    }
  }
  if (batch) yield batch;
}

/** `film.fulltext` is left out: the database makes it from title and description. */
function newBatch(row: CopiedRow): Batch {
  const table = row.table.replace(/^payment_p\d{4}_\d{2}$/, 'payment') as ShopTable; // checked by the next line
  if (!Object.hasOwn(shopTables, table)) throw unknown(row, `table ${row.table}`);
  const known: readonly string[] = shopTables[table];
  const columns = row.columns.filter((column) => !(table === 'film' && column === 'fulltext'));
  const stranger = columns.find((column) => !known.includes(column));
  if (stranger) throw unknown(row, `column ${stranger} of table ${row.table}`);
  return { table, columns, rows: [] };
}

function unknown(row: CopiedRow, what: string): CallerError {
  const problem = `the ${what} is none of a film shop's`;
  return new CallerError('unprocessable', `${row.file}:${row.line}: ${problem}.`);
}

/** Inserts a batch; when the database refuses it, finds the first row that is refused and names its line. */
async function insertBatch(trx: Kysely<Schema>, batch: Batch): Promise<void> {
  const error = await refusalOf(trx, batch, batch.rows);
  if (!error) return;
  let rows = batch.rows;
  while (rows.length > 1) {
    const half = rows.slice(0, Math.ceil(rows.length / 2));
    rows = (await refusalOf(trx, batch, half)) ? half : rows.slice(half.length);
  }
  const place = `${rows[0]?.file}:${rows[0]?.line}`;
  const reason = (await refusalOf(trx, batch, rows)) ?? error;
  throw new CallerError('unprocessable', `${place}: ${errorMessage(reason)}.`, { cause: reason });
}

/** Tries to insert. What is refused is undone, and the transaction goes on. */
async function refusalOf(
  trx: Kysely<Schema>,
  { table, columns }: Batch,
  rows: CopiedRow[],
): Promise<unknown> {
  await sql`savepoint batch`.execute(trx);
  try {
    await insertRows(
      trx,
      table,
      columns,
      rows.map((row) => asObject(row, columns)),
    );
    await sql`release savepoint batch`.execute(trx);
    return undefined;
  } catch (error) {
    await sql`rollback to savepoint batch`.execute(trx);
    return error;
  }
}

function asObject(row: CopiedRow, wanted: readonly string[]): Record<string, string | null> {
  return Object.fromEntries(
    wanted.map((column) => [column, row.values[row.columns.indexOf(column)] ?? null]),
  );
}

async function checkReferences(trx: Kysely<Schema>): Promise<void> {
  try {
    await sql`set constraints all immediate`.execute(trx);
  } catch (error) {
    const { detail = '' } = error as { detail?: string }; // Postgres errors carry their fields as properties
    throw new CallerError('unprocessable', `A row refers to one that is not there. ${detail}`, {
      cause: error,
    });
  }
}
