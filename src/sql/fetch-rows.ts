import type { Json } from '../message.ts';
import { cutText, toJson } from './json-value.ts';
import type { Query } from './read-only.ts';
import type { SqlLimits } from './sql-policy.ts';

export interface FetchedRows {
  columns: string[];
  rows: Json[][];
  rowCount: number;
  truncated?: 'rows' | 'bytes';
  cutCells: number;
}

const firstBatch = 10;
const largestBatch = 200;

/**
 * Reads a cursor until its end or until the rows or bytes are used up. Batches follow the size of the rows. `declare` makes the cursor where nobody
 * has yet; it is asked together with the first rows.
 */
export async function fetchRows(
  query: Query,
  cursor: string,
  limits: SqlLimits,
  declare = '',
): Promise<FetchedRows> {
  const fetched: FetchedRows = { columns: [], rows: [], rowCount: 0, cutCells: 0 };
  let bytes = 0;
  let batch = firstBatch;
  let declared = declare === '';
  while (!fetched.truncated) {
    const size = Math.min(batch, limits.rows + 1 - fetched.rowCount);
    const fetch = `fetch forward ${size} from ${cursor}`;
    const { columns, rows } = await (declared ? query(fetch) : query(declare, fetch));
    declared = true;
    fetched.columns = columns;
    for (const row of rows) {
      const values = toValues(row, fetched, limits.cellBytes);
      bytes += Buffer.byteLength(JSON.stringify(values));
      if (fetched.rowCount === limits.rows) fetched.truncated = 'rows';
      else if (bytes > limits.bytes) fetched.truncated = 'bytes';
      if (fetched.truncated) return fetched;
      fetched.rowCount = fetched.rows.push(values);
    }
    if (rows.length < size) return fetched;
    batch = nextBatch(bytes / fetched.rowCount, limits.bytes - bytes);
  }
  return fetched;
}

function nextBatch(rowBytes: number, bytesLeft: number): number {
  return Math.max(1, Math.min(largestBatch, Math.ceil(bytesLeft / rowBytes)));
}

function toValues(row: unknown[], fetched: FetchedRows, cellBytes: number): Json[] {
  return row.map((cell) => {
    const value = toJson(cell);
    const text = typeof value === 'object' && value !== null ? JSON.stringify(value) : value;
    if (typeof text !== 'string' || Buffer.byteLength(text) <= cellBytes) return value;
    fetched.cutCells++;
    return cutText(text, cellBytes);
  });
}
