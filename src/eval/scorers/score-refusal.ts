import type { Score, Seen } from '../score.ts';
import { declines } from './refusal/declines.ts';

/** Scores whether the answer declines, or does not, as was expected. */
export async function scoreRefusal(expected: boolean, seen: Seen): Promise<Score[]> {
  const { turn, subject } = seen;
  const graph = subject.context.graphs.get(seen.case.graph)?.graph;
  const declined = declines(turn, graph?.citations?.decline);
  const passed = declined === expected;
  const why = expected ? 'The answer does not decline.' : 'The answer declines.';
  return [
    { scorer: 'refusal', value: passed ? 1 : 0, passed, ...(!passed && { why }), details: { declined } },
  ];
}
