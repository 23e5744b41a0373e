import type { Json, JsonObject } from '../../message.ts';
import type { Expectation } from '../expectation.ts';
import type { Score, Seen } from '../score.ts';
import { compareResults, type Result } from './sql/compare-results.ts';
import { queriesOf } from './sql/last-query.ts';
import { resultOfRows } from './sql/result-of-rows.ts';

/**
 * Scores the rows of the last query that gave any. Columns are those of the expected rows' names, and others are free; where the query calls
 * them otherwise, they are found by what stands in them.
 */
export async function scoreRows(
  { rows, ordered }: NonNullable<Expectation['rows']>,
  seen: Seen,
): Promise<Score[]> {
  const results = queriesOf(seen).map(
    ({ call }) => resultOfCall(call.artifact) ?? resultOfCall(parsed(call.result)),
  );
  const last = results.findLast((result) => result !== undefined && result.rows.length > 0);
  const right = resultOfRows(rows);
  if (!last) {
    const passed = rows.length === 0 && results.length > 0;
    return [
      { scorer: 'rows', value: passed ? 1 : 0, passed, ...(!passed && { why: 'No query gave any rows.' }) },
    ];
  }
  const difference = compareResults(right, named(last, right.columns), {
    ordered,
    extraColumns: true,
    emptyIsZero: false,
  });
  if (difference === undefined) return [{ scorer: 'rows', value: 1, passed: true }];
  return [{ scorer: 'rows', value: 0, passed: false, why: `The query gives ${difference}.` }];
}

/** The columns of these names, where they are all there. */
function named({ columns, rows }: Result, names: string[]): Result {
  const places = names.map((name) =>
    columns.findIndex((column) => column.toLowerCase() === name.toLowerCase()),
  );
  if (places.includes(-1)) return { columns, rows };
  return { columns: names, rows: rows.map((row) => places.map((at) => row[at] ?? null)) };
}

/** What a tool that runs SQL says that its query gave: columns, and rows as lists or by column. */
function resultOfCall(value: Json | undefined): Result | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const { columns, rows } = value;
  if (!Array.isArray(rows)) return undefined;
  if (Array.isArray(columns) && rows.every((row) => Array.isArray(row)))
    return { columns: columns.map(String), rows };
  const objects = rows.filter(isByColumn);
  return objects.length === rows.length ? resultOfRows(objects) : undefined;
}

function isByColumn(row: Json): row is JsonObject {
  return typeof row === 'object' && row !== null && !Array.isArray(row);
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json; // JSON.parse gives nothing else
  } catch {
    return undefined;
  }
}
