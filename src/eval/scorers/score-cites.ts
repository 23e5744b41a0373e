import { citationsOf } from '../../handoff/citations/citation.ts';
import type { Expectation } from '../expectation.ts';
import type { Score, Seen } from '../score.ts';

/**
 * Scores which documents the answer cites. The value is the share of the cited documents that are right, where one of them is, otherwise 0;
 * with `others` it is 1 as soon as one is right.
 */
export async function scoreCites(
  { anyOf, others }: NonNullable<Expectation['cites']>,
  { turn }: Seen,
): Promise<Score[]> {
  const cited = [...new Set(citationsOf({ response_metadata: turn.metadata }).map(({ key }) => key))];
  const right = cited.filter((key) => anyOf.includes(key));
  const wrong = cited.filter((key) => !anyOf.includes(key));
  const passed = right.length > 0 && (others || wrong.length === 0);
  const value = right.length === 0 ? 0 : others ? 1 : right.length / cited.length;
  const why =
    right.length === 0
      ? `The answer cites ${cited.join(', ') || 'nothing'} where ${anyOf.join(' or ')} was expected.`
      : `The answer also cites ${wrong.join(', ')}.`;
  return [{ scorer: 'cites', value, passed, ...(!passed && { why }), details: { cited, anyOf } }];
}
