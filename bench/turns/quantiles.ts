/** Of times in milliseconds. */
export interface Quantiles {
  p50: number;
  p95: number;
  p99: number;
}

/** By the nearest rank: of a hundred values, the 95th is the p95. NaN where there is none. */
export function quantileOf(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

export function quantilesOf(values: readonly number[]): Quantiles {
  return { p50: quantileOf(values, 0.5), p95: quantileOf(values, 0.95), p99: quantileOf(values, 0.99) };
}

export function medianOf(values: readonly number[]): number {
  return quantileOf(values, 0.5);
}
