/**
 * Chances adjusted for how many were looked at, in the order given (S. Holm, "A simple sequentially rejective multiple test procedure",
 * Scandinavian Journal of Statistics 6, 1979): with all of them below 5 %, one false alarm in all has a chance of at most 5 %.
 */
export function holm(chances: readonly number[]): number[] {
  const order = chances.map((_, at) => at).sort((one, other) => (chances[one] ?? 0) - (chances[other] ?? 0));
  const adjusted = new Array<number>(chances.length).fill(1);
  let most = 0;
  for (const [rank, at] of order.entries()) {
    most = Math.max(most, Math.min(1, (chances[at] ?? 1) * (chances.length - rank)));
    adjusted[at] = most;
  }
  return adjusted;
}
