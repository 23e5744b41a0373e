/** How good answers are of which one is right: means over the questions. */
export interface Quality {
  'hit@1': number;
  'recall@5': number;
  'mrr@10': number;
  'ndcg@10': number;
}

/** From the place of the right answer of each question, from 1; undefined where it is not among those that were given. */
export function qualityOf(ranks: readonly (number | undefined)[]): Quality {
  const mean = (worth: (rank: number) => number) =>
    ranks.reduce<number>((sum, rank) => sum + (rank === undefined ? 0 : worth(rank)), 0) / ranks.length;
  return {
    'hit@1': mean((rank) => (rank === 1 ? 1 : 0)),
    'recall@5': mean((rank) => (rank <= 5 ? 1 : 0)),
    'mrr@10': mean((rank) => (rank <= 10 ? 1 / rank : 0)),
    'ndcg@10': mean((rank) => (rank <= 10 ? 1 / Math.log2(rank + 1) : 0)),
  };
}

/** The place of what is right, from 1. */
export function rankOf<T>(found: readonly T[], right: T): number | undefined {
  const at = found.indexOf(right);
  return at < 0 ? undefined : at + 1;
}

/** How much of what is to be found was. */
export function shareFound<T>(found: readonly T[], right: readonly T[]): number {
  const set = new Set(found);
  return right.length === 0 ? 1 : right.filter((one) => set.has(one)).length / right.length;
}

export interface Times {
  p50: number;
  p95: number;
}

export function timesOf(milliseconds: readonly number[]): Times {
  const sorted = milliseconds.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(sorted.length * share)] ?? Number.NaN;
  return { p50: at(0.5), p95: at(0.95) };
}

export function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
