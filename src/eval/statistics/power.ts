import { logChoose } from './log-factorial.ts';
import { exactMcNemar } from './mcnemar.ts';

/** What a comparison of two runs at one repeat can see. */
export interface PowerQuestion {
  cases: number;
  /** Shares of the cases, from 0 to 1: that pass before and fail now, and the other way round. */
  lost: number;
  won: number;
  /** The chance below which a difference is reported. */
  level?: number;
}

/**
 * The chance that `exactMcNemar` reports the difference, exactly: summed over how many cases change and how they split. Throws a
 * `RangeError` for shares that cannot be.
 */
export function powerOf({ cases, lost, won, level = 0.05 }: PowerQuestion): number {
  const changed = lost + won;
  if (!(lost >= 0) || !(won >= 0) || changed > 1)
    throw new RangeError(`${lost} and ${won} are no shares of cases.`);
  if (changed === 0) return 0;
  let power = 0;
  let fewest = -1;
  for (let count = 0; count <= cases; count += 1) {
    const ofCount = binomial(cases, count, changed);
    if (ofCount < 1e-12) continue;
    fewest = mostUneven(count, fewest, level);
    power += ofCount * (upTo(fewest, count, lost / changed) + upTo(fewest, count, won / changed));
  }
  return Math.min(1, power);
}

/** The chance of at most so many successes. */
function upTo(most: number, trials: number, chance: number): number {
  let sum = 0;
  for (let successes = most; successes >= 0; successes -= 1) {
    const term = binomial(trials, successes, chance);
    sum += term;
    if (term < 1e-18 && successes < trials * chance) break; // those further out are smaller still
  }
  return sum;
}

/**
 * Of so many cases that changed, how many may have changed the rarer way for the split to be reported; -1 where none may. It grows with the
 * count, so that it is looked for from that of a smaller one on.
 */
function mostUneven(count: number, from: number, level: number): number {
  let few = from;
  while (few + 1 <= count / 2 && exactMcNemar(few + 1, count - few - 1) < level) few += 1;
  return few;
}

/**
 * The least share of cases that has to get worse, with none getting better, to be reported in `power` of all comparisons; undefined where
 * the suite cannot see even all of them.
 */
export function leastVisibleLoss(cases: number, { power = 0.8, level = 0.05 } = {}): number | undefined {
  for (let lost = 1; lost <= cases; lost += 1) {
    if (powerOf({ cases, lost: lost / cases, won: 0, level }) >= power) return lost / cases;
  }
  return undefined;
}

function binomial(trials: number, successes: number, chance: number): number {
  if (chance === 0) return successes === 0 ? 1 : 0;
  if (chance === 1) return successes === trials ? 1 : 0;
  const log = successes * Math.log(chance) + (trials - successes) * Math.log(1 - chance);
  return Math.exp(logChoose(trials, successes) + log);
}
