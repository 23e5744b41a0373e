import type { Change } from '../comparison.ts';
import { exactMcNemar } from '../statistics/mcnemar.ts';
import { pairedBootstrap } from '../statistics/paired-bootstrap.ts';

/** A figure of one case before and after, each the mean over its attempts. */
export interface Pair {
  before: number;
  after: number;
}

export interface CompareOptions {
  /** Whether every case was asked once on both sides and passed or failed: then the test is exact. */
  once: boolean;
  /** The least mean difference that counts, above 0. */
  leastEffect: number;
  better: 'higher' | 'lower';
  seed?: number;
  /** Of the bootstrap. */
  resamples?: number | undefined;
}

/** A change whose chance is not yet corrected for what else is compared. */
export type Uncorrected = Omit<Change, 'adjusted' | 'worse' | 'better'> &
  Pick<CompareOptions, 'leastEffect'> & {
    direction: 'higher' | 'lower';
  };

/**
 * Compares a figure over the cases that two runs share: the case is the unit, whatever the number of its repeats. Where each passed or failed
 * once, the chance is that of McNemar's exact test, otherwise that of the paired bootstrap's sign flips; the interval is the bootstrap's. Null
 * without cases.
 */
export function compareShares(pairs: readonly Pair[], options: CompareOptions): Uncorrected | null {
  if (pairs.length === 0) return null;
  const mean = (side: keyof Pair) => pairs.reduce((sum, pair) => sum + pair[side], 0) / pairs.length;
  const differences = pairs.map(({ before, after }) => after - before);
  const { seed = 1, resamples = 10_000, once, leastEffect, better } = options;
  const difference = pairedBootstrap(differences, { seed, resamples });
  const lost = differences.filter((one) => one < 0).length;
  const won = differences.filter((one) => one > 0).length;
  return {
    before: mean('before'),
    after: mean('after'),
    difference: once ? { ...difference, chance: exactMcNemar(lost, won) } : difference,
    method: once ? 'mcnemar' : 'bootstrap',
    leastEffect,
    direction: better,
  };
}

/** Below which an adjusted chance counts. */
const level = 0.05;

/** The same with its chance as it is among all that was compared. Equal figures are neither worse nor better. */
export function corrected({ leastEffect, direction, ...change }: Uncorrected, adjusted: number): Change {
  const { mean, low, high } = change.difference;
  const counts = adjusted < level && Math.abs(mean) >= leastEffect - 1e-12;
  const up = counts && low > 0;
  const down = counts && high < 0;
  const [worse, better] = direction === 'higher' ? [down, up] : [up, down];
  return { ...change, adjusted, worse, better };
}
