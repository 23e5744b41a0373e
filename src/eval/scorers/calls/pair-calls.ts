import { munkres } from 'munkres';

/** An expected call by its place, and the call by its place that was paired with it. */
export type Pair = readonly [expected: number, seen: number];

/**
 * Pairs expected calls (rows) with calls that were made (columns) so that the sum of their likenesses is greatest, each with one at most; in
 * any order, by the Hungarian method (Munkres, J. SIAM 5, 1957). Pairs without likeness are left out.
 */
export function pairInAnyOrder(likeness: readonly (readonly number[])[]): Pair[] {
  if (likeness.length === 0 || likeness[0]?.length === 0) return [];
  const costs = likeness.map((row) => row.map((value) => 1 - value));
  return munkres(costs).filter(([row, column]) => (likeness[row]?.[column] ?? 0) > 0);
}

/** The same, where pairs may not cross: the best alignment of two sequences (Needleman and Wunsch, J. Mol. Biol. 48, 1970). */
export function pairInOrder(likeness: readonly (readonly number[])[]): Pair[] {
  const best = bestFromThere(likeness);
  const at = (row: number, column: number) => best[row]?.[column] ?? 0;
  const columns = likeness[0]?.length ?? 0;
  const pairs: Pair[] = [];
  let row = 0;
  let column = 0;
  while (row < likeness.length && column < columns) {
    if (at(row, column) === at(row + 1, column)) row++;
    else if (at(row, column) === at(row, column + 1)) column++;
    else pairs.push([row++, column++]);
  }
  return pairs;
}

/** `[row][column]`: the greatest sum that the rows and columns from there on can give. */
function bestFromThere(likeness: readonly (readonly number[])[]): number[][] {
  const columns = likeness[0]?.length ?? 0;
  let below = new Array<number>(columns + 1).fill(0);
  const table = [below];
  for (const values of likeness.toReversed()) {
    const row = new Array<number>(columns + 1).fill(0);
    for (let column = columns - 1; column >= 0; column--) {
      const paired = (values[column] ?? 0) + (below[column + 1] ?? 0);
      row[column] = Math.max(paired, below[column] ?? 0, row[column + 1] ?? 0);
    }
    table.unshift(row);
    below = row;
  }
  return table;
}
