import type { JsonObject } from '../../../message.ts';
import type { Result } from './compare-results.ts';

/** Rows by column as a result. A column that a row does not name is null there. */
export function resultOfRows(rows: JsonObject[]): Result {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return { columns, rows: rows.map((row) => columns.map((column) => row[column] ?? null)) };
}
