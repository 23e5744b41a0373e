import { logChoose } from './log-factorial.ts';

/**
 * The exact two-sided McNemar test of cases that passed or failed in two runs: `lost` passed before and fail now, `won` the other way
 * round. Returns the chance of a split as uneven as this one, or more, if neither run were better (Q. McNemar, Psychometrika 12, 1947;
 * exact by the binomial distribution, as R's `binom.test(lost, lost + won)`).
 */
export function exactMcNemar(lost: number, won: number): number {
  const changed = lost + won;
  const least = Math.min(lost, won);
  let tail = 0;
  for (let at = least; at >= 0; at -= 1) {
    const term = Math.exp(logChoose(changed, at) - changed * Math.LN2);
    tail += term;
    if (term < tail * 1e-18) break; // those further out are smaller still
  }
  return Math.min(1, 2 * tail);
}
