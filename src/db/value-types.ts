/**
 * How values come out of both databases, so that a row reads the same from PGlite and from PostgreSQL:
 * `int8` a number (a string beyond 2^53), `numeric` a string, `timestamptz` a `Date`, `date` and
 * `timestamp` as written, `bytea` bytes, `json` parsed.
 */
import type { CustomTypesConfig } from 'pg';
import pg from 'pg';

const oid = { int8: 20, date: 1082, timestamp: 1114, numeric: 1700 };

const parsers: Record<number, (text: string) => unknown> = {
  [oid.int8]: parseInt8,
  [oid.date]: (text) => text,
  [oid.timestamp]: (text) => text.replace(' ', 'T'),
  [oid.numeric]: (text) => text,
};

export const pgliteParsers = parsers;

export const pgTypes: CustomTypesConfig = {
  getTypeParser: (id: number, format?: string) =>
    (format !== 'binary' && parsers[id]) || pg.types.getTypeParser(id, format as 'text'), // pg's overloads want a literal
};

function parseInt8(text: string): number | string {
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : text;
}
