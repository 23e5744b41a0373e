/** The least whole number from `low` to `high` for which it holds, where it holds for all above it too; null where it holds for none. */
export function leastCount(low: number, high: number, holds: (count: number) => boolean): number | null {
  let missed = low - 1;
  let step = 1;
  while (missed + step <= high && !holds(missed + step)) {
    missed += step;
    step *= 2;
  }
  let found = Math.min(missed + step, high + 1);
  if (found > high && !(missed < high && holds(high))) return null;
  if (found > high) found = high;
  while (found - missed > 1) {
    const middle = Math.floor((missed + found) / 2);
    if (holds(middle)) found = middle;
    else missed = middle;
  }
  return found;
}
