import type { Expectation } from '../expectation.ts';
import type { Score, Seen } from '../score.ts';
import { hasWording, readSaid } from './facts/has-wording.ts';
import { statedIn } from './stated-in.ts';

/**
 * Scores what the answer says: each fact as one of its wordings, and nothing that must not stand there. What follows `Evidence:` is no part of
 * what it says. The value is the share of facts that are there and of texts that are not.
 */
export async function scoreFacts(
  { all, none }: NonNullable<Expectation['facts']>,
  { turn }: Seen,
): Promise<Score[]> {
  const said = readSaid(statedIn(turn.answer));
  const missing = all.filter((wordings) => !wordings.some((wording) => hasWording(said, wording)));
  const wrong = none.filter((wording) => hasWording(said, wording));
  const faults = [
    ...missing.map((wordings) => `The answer does not say ${wordings.map(quote).join(' or ')}.`),
    ...wrong.map((wording) => `The answer says ${quote(wording)}.`),
  ];
  const count = all.length + none.length;
  const passed = faults.length === 0;
  return [
    {
      scorer: 'facts',
      value: count === 0 ? 1 : (count - faults.length) / count,
      passed,
      ...(!passed && { why: faults.join(' ') }),
      details: { missing, wrong },
    },
  ];
}

function quote(text: string): string {
  return `“${text}”`;
}
