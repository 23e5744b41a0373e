import type { CustomTypesConfig } from 'pg';

/** How PostgreSQL tells of a column. */
export interface Field {
  name: string;
  dataTypeID: number;
}

/** What the rows of a result look like, and how their values are read. */
export interface ResultShape {
  names: string[];
  parsers: ((text: string) => unknown)[];
}

/** Of a statement that returns no rows. */
export const noColumns: ResultShape = { names: [], parsers: [] };

export function shapeOf(fields: readonly Field[], types: CustomTypesConfig): ResultShape {
  return {
    names: fields.map(({ name }) => name),
    parsers: fields.map(({ dataTypeID }) => types.getTypeParser(dataTypeID, 'text')),
  };
}

/** A row by the names of its columns. */
export function readObject({ names, parsers }: ResultShape, values: readonly (string | null)[]) {
  const row: Record<string, unknown> = {};
  for (let at = 0; at < names.length; at++) {
    const value = values[at] ?? null;
    // biome-ignore lint/style/noNonNullAssertion: there are as many as names
    row[names[at]!] = value === null ? null : parsers[at]!(value);
  }
  return row;
}

/** A row as a list. */
export function readList({ parsers }: ResultShape, values: readonly (string | null)[]): unknown[] {
  return values.map((value, at) => (value === null ? null : parsers[at]?.(value)));
}
