import type { Citation } from './citation.ts';
import type { FoundPassage } from './found-passages.ts';
import type { PassageSentence } from './is-turned-around.ts';
import { readEvidence } from './word-evidence.ts';

/** What a citation tells of its passage, and of the passage what bears out what is `said`. Its place in the answer is left open. */
export function describePassage(
  passage: FoundPassage,
  sentences: PassageSentence[],
  said: string,
): Omit<Citation, 'marker' | 'at'> {
  const { id, title, url, documentId, key, pages, headings } = passage;
  return {
    id,
    start: 0,
    end: 0,
    title: title ?? null,
    url: url ?? null,
    document_id: documentId,
    key,
    pages: pages ?? null,
    section: headings.length > 0 ? headings.join(' > ') : null,
    quote: quoteFor(passage, sentences, said),
  };
}

/** The longest quote, in characters. */
const longestQuote = 400;

/** The sentence of a passage that shares most words with what is said, for its length; as it stands there. */
function quoteFor({ text, language }: FoundPassage, sentences: PassageSentence[], said: string): string {
  const { terms, figures } = readEvidence(said, language);
  let best = { quote: text.slice(0, longestQuote), score: -1 };
  for (const sentence of sentences) {
    const shared = [...terms].filter((term) => sentence.terms.has(term)).length;
    const numbers = [...figures].filter((figure) => sentence.figures.has(figure)).length;
    const score = (shared + 2 * numbers) / Math.sqrt(sentence.terms.size + 4);
    if (score > best.score) best = { quote: sentence.text.slice(0, longestQuote), score };
  }
  return best.quote;
}
