import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { Interval } from './wilson.ts';

/** The difference between two runs, as the mean over cases. */
export interface Difference extends Interval {
  mean: number;
  /** Two-sided: the chance of a difference as large as this one if there were none. */
  chance: number;
}

export interface BootstrapOptions {
  /** The same seed gives the same figures. */
  seed?: number;
  resamples?: number;
  /** How often the interval holds the truth. */
  confidence?: number;
}

/**
 * The mean difference of two runs over the same cases with its interval, by resampling cases (Efron and Tibshirani, "An Introduction to the
 * Bootstrap", 1993, chapter 13: percentiles). `differences` has one number a case, the mean over its repeats: the case is the unit,
 * since repeats of one case tell little about others. The chance is that of a sign flip test of the same differences, which holds for few cases too
 * (exact up to 16 cases that differ, otherwise by as many random flips as resamples). Throws a `RangeError` without cases.
 */
export function pairedBootstrap(
  differences: readonly number[],
  { seed = 1, resamples = 10_000, confidence = 0.95 }: BootstrapOptions = {},
): Difference {
  const count = differences.length;
  if (count === 0) throw new RangeError('There are no cases to compare.');
  const random = xoroshiro128plus(seed);
  const means = new Float64Array(resamples);
  for (let at = 0; at < resamples; at += 1) {
    let sum = 0;
    for (let drawn = 0; drawn < count; drawn += 1) sum += differences[uniformInt(random, 0, count - 1)] ?? 0;
    means[at] = sum / count;
  }
  means.sort();
  const tail = (1 - confidence) / 2;
  const place = (share: number) => means[Math.min(resamples - 1, Math.floor(share * resamples))] ?? 0;
  return {
    mean: meanOf(differences),
    low: place(tail),
    high: place(1 - tail),
    chance: signFlipChance(differences, resamples, () => uniformInt(random, 0, 1) === 1),
  };
}

/** Up to how many cases all flips are tried. */
const exactUpTo = 16;

function signFlipChance(differences: readonly number[], flips: number, coin: () => boolean): number {
  const moved = differences.filter((difference) => difference !== 0);
  if (moved.length === 0) return 1;
  const observed = Math.abs(sumOf(moved)) - 1e-12;
  if (moved.length <= exactUpTo) {
    let extreme = 0;
    const all = 2 ** moved.length;
    for (let mask = 0; mask < all; mask += 1) {
      const sum = moved.reduce((total, value, at) => total + ((mask >> at) & 1 ? -value : value), 0);
      if (Math.abs(sum) >= observed) extreme += 1;
    }
    return extreme / all;
  }
  let extreme = 1; // the flip that was observed is one of them
  for (let at = 0; at < flips; at += 1) {
    const sum = moved.reduce((total, value) => total + (coin() ? -value : value), 0);
    if (Math.abs(sum) >= observed) extreme += 1;
  }
  return extreme / (flips + 1);
}

function meanOf(values: readonly number[]): number {
  return sumOf(values) / values.length;
}

function sumOf(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
