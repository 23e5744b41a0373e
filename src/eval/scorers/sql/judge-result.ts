import { type CompareOptions, compareResults, isPartOf, type Result } from './compare-results.ts';

/** What a right statement gives: where its LIMIT cuts through rows that tie, `ties` has all of them. */
export interface RightResult {
  result: Result;
  ties?: Result;
}

/** How a result differs from the right one; undefined where it does not. Of rows that tie at a limit any will do, and all of them. */
export function judgeResult(
  { result, ties }: RightResult,
  seen: Result,
  options: CompareOptions,
): string | undefined {
  const difference = compareResults(result, seen, options);
  if (difference === undefined || !ties || ties.rows.length === result.rows.length) return difference;
  const as = [result.rows.length, ties.rows.length].includes(seen.rows.length);
  return as && isPartOf(ties, seen, options) ? undefined : difference;
}
