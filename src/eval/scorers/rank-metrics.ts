/** What a search gave for one question, held against what is known to be relevant. All from 0 to 1. */
export interface RankScores {
  recall: number;
  ndcg: number;
  /** One over the rank of the first that is relevant; 0 where none is found. */
  reciprocalRank: number;
}

/**
 * Scores a ranking at a cut, as `trec_eval` does: `ndcg_cut` with the grades as gains and log2(rank + 1) as discount (Järvelin and
 * Kekäläinen, ACM TOIS 20, 2002), `recall`, and `recip_rank` within the cut. `ranked` are ids, best first, each counted once;
 * `grades` are those of the ids that were judged, above 0 for relevant ones. Throws a `RangeError` where nothing is relevant: a question
 * without an answer is a fault of the suite and no score.
 */
export function scoreRanking(
  ranked: readonly string[],
  grades: ReadonlyMap<string, number>,
  cut: number,
): RankScores {
  const relevant = [...grades.values()].filter((grade) => grade > 0).sort((one, other) => other - one);
  if (relevant.length === 0) throw new RangeError('Nothing is marked as relevant.');
  const gains = [...new Set(ranked)].slice(0, cut).map((id) => Math.max(0, grades.get(id) ?? 0));
  const first = gains.findIndex((gain) => gain > 0);
  return {
    recall: gains.filter((gain) => gain > 0).length / relevant.length,
    ndcg: discounted(gains) / discounted(relevant.slice(0, cut)),
    reciprocalRank: first < 0 ? 0 : 1 / (first + 1),
  };
}

function discounted(gains: readonly number[]): number {
  return gains.reduce((sum, gain, at) => sum + gain / Math.log2(at + 2), 0);
}
