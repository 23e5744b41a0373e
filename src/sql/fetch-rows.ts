import type { Json } from '../message.ts';
import type { Query } from './ask-server.ts';
import { cutText, toJson } from './json-value.ts';
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

export interface Cursor {
  name: string;
  /** Makes it where nobody has yet; it is asked together with the first rows. */
  declare?: string;
  /** How many rows it has at most, where that is known for certain. */
  mostRows?: number | undefined;
  /** Asks what nothing is asked after. */
  queryLast?: Query;
}

/** Reads a cursor until its end or until the rows or bytes are used up. Batches follow the size of the rows. */
export async function fetchRows(query: Query, cursor: Cursor, limits: SqlLimits): Promise<FetchedRows> {
  const { name, mostRows = Number.POSITIVE_INFINITY, queryLast = query } = cursor;
  const fetched: FetchedRows = { columns: [], rows: [], rowCount: 0, cutCells: 0 };
  let { declare } = cursor;
  let bytes = 0;
  let batch = firstBatch;
  while (!fetched.truncated) {
    const size = Math.min(batch, limits.rows + 1 - fetched.rowCount);
    const isLast = fetched.rowCount + size >= Math.min(mostRows, limits.rows + 1);
    const ask = isLast ? queryLast : query;
    const fetch = `fetch forward ${size} from ${name}`;
    const { columns, rows } = await (declare === undefined ? ask(fetch) : ask(declare, fetch));
    declare = undefined;
    fetched.columns = columns;
    bytes = take(rows, fetched, bytes, limits);
    if (isLast || rows.length < size) return fetched;
    batch = nextBatch(bytes / fetched.rowCount, limits.bytes - bytes);
  }
  return fetched;
}

/** Takes rows up to the one that is too many. Returns the bytes of all that were looked at. */
function take(rows: unknown[][], fetched: FetchedRows, before: number, limits: SqlLimits): number {
  let bytes = before;
  for (const row of rows) {
    const values = toValues(row, fetched, limits.cellBytes);
    bytes += Buffer.byteLength(JSON.stringify(values));
    if (fetched.rowCount === limits.rows) fetched.truncated = 'rows';
    else if (bytes > limits.bytes) fetched.truncated = 'bytes';
    if (fetched.truncated) return bytes;
    fetched.rowCount = fetched.rows.push(values);
  }
  return bytes;
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
