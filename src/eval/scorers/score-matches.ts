import type { Score, Seen } from '../score.ts';
import { runPattern } from '../suites/run-pattern.ts';

/** Scores whether the answer matches every pattern. The value is the share that it matches. Throws where a pattern takes too long to tell. */
export async function scoreMatches(patterns: string[], { turn }: Seen): Promise<Score[]> {
  const missing = patterns.filter((pattern) => !matches(pattern, turn.answer));
  const passed = missing.length === 0;
  return [
    {
      scorer: 'matches',
      value: patterns.length === 0 ? 1 : (patterns.length - missing.length) / patterns.length,
      passed,
      ...(!passed && { why: `The answer does not match ${missing.map((one) => `/${one}/`).join(', ')}.` }),
      details: { missing },
    },
  ];
}

function matches(pattern: string, text: string): boolean {
  const matched = runPattern(pattern, text);
  if (matched === 'out-of-time') throw new Error(`The pattern /${pattern}/ takes too long on this answer.`);
  return matched;
}
