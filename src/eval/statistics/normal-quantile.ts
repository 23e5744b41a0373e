/**
 * The value below which a normal distribution with mean 0 and variance 1 is with this chance, to five digits. Throws a `RangeError` for a chance
 * that is not between 0 and 1.
 */
export function normalQuantile(chance: number): number {
  if (!(chance > 0 && chance < 1)) throw new RangeError(`${chance} is no chance between 0 and 1.`);
  let low = -10;
  let high = 10;
  while (high - low > 1e-9) {
    const middle = (low + high) / 2;
    if (normalBelow(middle) < chance) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** The chance of less than a value (Abramowitz and Stegun, "Handbook of Mathematical Functions", 1964, 26.2.17: to 7.5e-8). */
function normalBelow(value: number): number {
  if (value < 0) return 1 - normalBelow(-value);
  const t = 1 / (1 + 0.2316419 * value);
  const factors = [1.330274429, -1.821255978, 1.781477937, -0.356563782, 0.31938153];
  const sum = factors.reduce((total, factor) => (total + factor) * t, 0);
  return 1 - (Math.exp(-(value ** 2) / 2) / Math.sqrt(2 * Math.PI)) * sum;
}
