import type { ExpectedRanking } from '../expectation.ts';
import type { Score, Seen } from '../score.ts';
import { scoreRanking } from './rank-metrics.ts';

/**
 * Scores what the turn's searches found, one after the other: `recall`, `ndcg` and `mrr` at the cut, as `trec_eval` has them. Of passages of
 * one document the first stands for it. Throws a `RangeError` where nothing is marked as relevant.
 */
export async function scoreRetrieval(expected: ExpectedRanking, { turn }: Seen): Promise<Score[]> {
  const { relevant, by, cut, atLeast = {} } = expected;
  const ranked = [...new Set(turn.passages.map((passage) => passage[by === 'document' ? 'document' : 'id']))];
  const { recall, ndcg, reciprocalRank } = scoreRanking(ranked, new Map(Object.entries(relevant)), cut);
  const found = ranked.slice(0, cut);
  const missing = Object.keys(relevant).filter((id) => (relevant[id] ?? 0) > 0 && !found.includes(id));
  const nothingAsked = Object.keys(atLeast).length === 0;
  const judge = (scorer: string, value: number, least: number | undefined): Score => {
    const passed = nothingAsked ? value > 0 : value >= (least ?? 0);
    const why = nothingAsked
      ? `None of the first ${cut} ${by}s found is relevant: ${tellIds(found)}.`
      : `${scorer} at ${cut} is ${value.toFixed(3)}, below ${least}; not found: ${tellIds(missing)}.`;
    return { scorer, value, passed, ...(!passed && { why }), details: { found, missing, cut } };
  };
  return [
    judge('recall', recall, atLeast.recall),
    judge('ndcg', ndcg, atLeast.ndcg),
    judge('mrr', reciprocalRank, atLeast.reciprocalRank),
  ];
}

const most = 5;

function tellIds(ids: string[]): string {
  if (ids.length === 0) return 'nothing';
  return ids.slice(0, most).join(', ') + (ids.length > most ? ` and ${ids.length - most} more` : '');
}
