/**
 * Random choices that are the same for the same seed, on every machine.
 *
 * The generator is the 32-bit xorshift with shifts 13, 17 and 5 of G. Marsaglia, "Xorshift RNGs", Journal
 * of Statistical Software 8 (14), 2003. Good enough for demo data, and for nothing that must be secret.
 */
export interface SeededRandom {
  /** A number of [0, 1). */
  fraction(): number;
  /** A whole number from `least` to `most`, both included. */
  whole(least: number, most: number): number;
  pick<T>(items: readonly T[]): T;
  /** `count` different items in random order. */
  sample<T>(items: readonly T[], count: number): T[];
  /** True with the given probability. */
  chance(probability: number): boolean;
}

export function seededRandom(seed: number): SeededRandom {
  let state = seed | 0 || 1; // zero would stay zero

  function fraction(): number {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  }

  const whole = (least: number, most: number) => least + Math.floor(fraction() * (most - least + 1));

  function sample<T>(items: readonly T[], count: number): T[] {
    const left = [...items];
    return Array.from({ length: Math.min(count, left.length) }, () =>
      left.splice(whole(0, left.length - 1), 1),
    ).flat(1) as T[]; // splice(…, 1) of a list that is not empty gives one item
  }

  function pick<T>(items: readonly T[]): T {
    if (items.length === 0) throw new RangeError('There is nothing to pick from.');
    return items[whole(0, items.length - 1)] as T; // the index is within the list
  }

  return { fraction, whole, pick, sample, chance: (probability) => fraction() < probability };
}
