import type { Score, Seen } from '../score.ts';

/** Scores who took the turn. `details` hold `expected` and `taken`, which `routingsOf` counts. */
export async function scoreRouting(expected: string[], seen: Seen): Promise<Score[]> {
  const taken = takerOf(seen);
  const passed = taken !== undefined && expected.includes(taken);
  const details = { expected, taken: taken ?? null };
  if (passed) return [{ scorer: 'routing', value: 1, passed, details }];
  const why = `${taken ?? 'Nobody'} took it where ${expected.join(' or ')} was expected.`;
  return [{ scorer: 'routing', value: 0, passed, why, details }];
}

/**
 * Who took a turn: the first that the starting agent handed over to, or that agent itself where it answered. Where a later turn begins with
 * another agent than the first turn did, the thread had stayed with that one, and it took the turn.
 */
function takerOf({ at, turn, transcript }: Seen): string | undefined {
  const [first, second] = turn.path;
  const start = transcript.turns[0]?.path[0];
  return at > 0 && first !== start ? first : (second ?? first);
}
