/** A share with its uncertainty, all from 0 to 1. */
export interface Interval {
  low: number;
  high: number;
}

/** Of the standard normal distribution, for intervals of 95 %. */
export const z95 = 1.959963984540054;

/**
 * Wilson's score interval of a share (E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22, 1927).
 * Of no trials at all nothing is known: 0 to 1. Throws a `RangeError` for counts that cannot be.
 */
export function wilson(successes: number, trials: number, z = z95): Interval {
  if (!Number.isInteger(successes) || !Number.isInteger(trials) || successes < 0 || successes > trials)
    throw new RangeError(`There cannot be ${successes} successes in ${trials} trials.`);
  if (trials === 0) return { low: 0, high: 1 };
  const share = successes / trials;
  const scale = 1 + z ** 2 / trials;
  const middle = (share + z ** 2 / (2 * trials)) / scale;
  const half = (z / scale) * Math.sqrt((share * (1 - share)) / trials + (z / (2 * trials)) ** 2);
  return { low: Math.max(0, middle - half), high: Math.min(1, middle + half) };
}
