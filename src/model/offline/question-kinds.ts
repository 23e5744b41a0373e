import { foldText } from '../split-words.ts';

/** What a question wants to know, in the words that ask for it and in those that a prompt has for such questions. */
const kinds: [string, RegExp][] = [
  ['number', /\bhow many\b|\bnumbers? of\b|\bcount(s|ing|ed)?\b/],
  ['amount', /\bhow much\b|\bsums?\b|\btotals?\b|\badds? up\b|\bamounts? of\b/],
  [
    'time',
    /^\W*(and |since |until )?when\b|\basks? when\b|, when,|\b(what|which) (day|date|month|year)\b|\bdates?\b/,
  ],
  ['extreme', /\b(most|least|fewest|top|best|highest|lowest|largest|smallest|longest|shortest|rankings?)\b/],
  ['average', /\baverages?\b|\bon average\b/],
  ['subject', /\b(is|are|was|be|films?|movies?|books?|something|anything) about\b/],
];

const longestText = 10_000;

/** The kinds of a question, or those that a text speaks of. What lies behind its first 10,000 characters is not looked at. */
export function questionKinds(text: string): Set<string> {
  const folded = foldText(text.slice(0, longestText));
  return new Set(kinds.filter(([, pattern]) => pattern.test(folded)).map(([kind]) => kind));
}
