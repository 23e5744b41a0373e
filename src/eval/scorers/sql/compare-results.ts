import type { Json } from '../../../message.ts';
import { compareMeanings, meaningOf } from './same-value.ts';

/** What a statement gave: rows as lists, in the order of the columns. */
export interface Result {
  columns: string[];
  rows: Json[][];
}

export interface CompareOptions {
  /** Whether rows have to come in the same order. */
  ordered: boolean;
  /** Whether the candidate may have columns beside the right ones. */
  extraColumns: boolean;
  /** Whether it may be null here and 0 there when there is nothing to add up, in a single row, and a row of nulls here and no row there. */
  emptyIsZero: boolean;
}

type Cell = number | string | null;

/** How many assignments of columns are tried; beyond it the results count as different. */
const mostTries = 2_000;

/**
 * Compares two results and says how they differ, in words that go after "it gives"; undefined where they agree. Columns are matched by
 * what stands in them, whatever their names.
 */
export function compareResults(right: Result, seen: Result, options: CompareOptions): string | undefined {
  const [wanted, given] = [right.columns.length, seen.columns.length];
  if (given < wanted || (given > wanted && !options.extraColumns)) {
    return `${count(given, 'column')} where ${wanted} ${wanted === 1 ? 'is' : 'are'} asked for`;
  }
  if (options.emptyIsZero && isNothing(right) && isNothing(seen)) return undefined;
  if (right.rows.length !== seen.rows.length) {
    if (seen.rows.length === 0)
      return `no rows where ${count(right.rows.length, 'row')} ${isAre(right.rows.length)} right`;
    return `${count(seen.rows.length, 'row')} where ${right.rows.length} ${isAre(right.rows.length)} right`;
  }
  const rows = right.rows.map((row) => row.map(meaningOf));
  const others = seen.rows.map((row) => row.map(meaningOf));
  const lenient = options.emptyIsZero && rows.length === 1;
  if (assign(rows, others, wanted, given, options.ordered, lenient)) return undefined;
  if (options.ordered && assign(rows, others, wanted, given, false, lenient))
    return 'the rows in another order';
  return differenceOf(right, seen);
}

/** No row, or one without a value. */
function isNothing({ rows }: Result): boolean {
  return rows.length === 0 || (rows.length === 1 && rows[0]?.every((value) => value === null) === true);
}

/** Whether every row of `seen` is one of `right`, each as often at most, by some assignment of columns. */
export function isPartOf(right: Result, seen: Result, { extraColumns }: CompareOptions): boolean {
  const [wanted, given] = [right.columns.length, seen.columns.length];
  if (given < wanted || (given > wanted && !extraColumns)) return false;
  const rows = right.rows.map((row) => row.map(meaningOf));
  const others = seen.rows.map((row) => row.map(meaningOf));
  return assignments(
    wanted,
    given,
    () => true,
    (columns) => {
      const left = [...rows];
      return others.every((row) => {
        const at = left.findIndex(
          (candidate) =>
            compareRows(
              candidate,
              columns.map((column) => row[column] ?? null),
            ) === 0,
        );
        if (at >= 0) left.splice(at, 1);
        return at >= 0;
      });
    },
  );
}

function assign(
  rows: Cell[][],
  others: Cell[][],
  wanted: number,
  given: number,
  ordered: boolean,
  lenient: boolean,
): boolean {
  const sorted = ordered ? rows : rows.toSorted(compareRows);
  const fits = (column: number, other: number) => sameColumn(rows, others, column, other, lenient);
  return assignments(wanted, given, fits, (columns) => {
    const picked = others.map((row) => columns.map((column) => row[column] ?? null));
    const compared = ordered ? picked : picked.toSorted(compareRows);
    return sorted.every((row, at) => sameRow(row, compared[at] ?? [], lenient));
  });
}

/** Tries the ways to give each of `wanted` columns one of `given`, those at the same place first, until `right` says yes. */
function assignments(
  wanted: number,
  given: number,
  fits: (column: number, other: number) => boolean,
  right: (columns: number[]) => boolean,
): boolean {
  let tries = 0;
  const fitting = Array.from({ length: wanted }, (_, column) =>
    [
      column,
      ...Array.from({ length: given }, (_, other) => other).filter((other) => other !== column),
    ].filter((other) => fits(column, other)),
  );
  const go = (columns: number[]): boolean => {
    if (columns.length === wanted) {
      tries += 1;
      return right(columns);
    }
    for (const other of fitting[columns.length] ?? []) {
      if (columns.includes(other)) continue;
      if (go([...columns, other])) return true;
      if (tries >= mostTries) return false;
    }
    return false;
  };
  return go([]);
}

function sameColumn(
  rows: Cell[][],
  others: Cell[][],
  column: number,
  other: number,
  lenient: boolean,
): boolean {
  const [one, two] = [rows, others].map((list, at) =>
    list.map((row) => row[at === 0 ? column : other] ?? null).toSorted(compareMeanings),
  );
  return (one ?? []).every((value, at) => sameCell(value, two?.[at] ?? null, lenient));
}

function sameRow(row: Cell[], other: Cell[], lenient: boolean): boolean {
  return row.every((value, at) => sameCell(value, other[at] ?? null, lenient));
}

function sameCell(one: Cell, other: Cell, lenient: boolean): boolean {
  return compareMeanings(one, other) === 0 || (lenient && (one ?? 0) === 0 && (other ?? 0) === 0);
}

function compareRows(one: Cell[], other: Cell[]): number {
  for (const [at, value] of one.entries()) {
    const order = compareMeanings(value, other[at] ?? null);
    if (order !== 0) return order;
  }
  return 0;
}

function differenceOf(right: Result, seen: Result): string {
  if (right.rows.length === 1) return `${show(seen.rows[0])} where ${show(right.rows[0])} is right`;
  const key = (row: Json[]) => JSON.stringify(row.map(meaningOf));
  const known = new Set(right.rows.map(key));
  const strange = seen.rows.find((row) => !known.has(key(row)));
  if (strange && right.columns.length === seen.columns.length)
    return `a row ${show(strange)} that is not right`;
  return 'other rows than the right ones';
}

function show(row: Json[] = []): string {
  const text = row
    .map((value) => (typeof value === 'object' ? JSON.stringify(value) : String(value)))
    .join(', ');
  const short = text.length > 80 ? `${text.slice(0, 79)}…` : text;
  return row.length === 1 ? short : `(${short})`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

function isAre(number: number): string {
  return number === 1 ? 'is' : 'are';
}
