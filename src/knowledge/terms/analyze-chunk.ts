import { foldWord } from './fold-word.ts';
import { baseLanguage } from './languages.ts';
import { isStopWord } from './stop-words.ts';
import { termsOfWord } from './terms-of-word.ts';
import { wordsOf } from './words-of.ts';

/** What of a chunk is looked at. */
export interface AnalyzedChunk {
  text: string;
  title?: string | null | undefined;
  headings: readonly string[];
}

/** What a chunk is found by: each term once, how often it has it, and how long it is in such words. */
export interface ChunkTerms {
  terms: string[];
  counts: number[];
  words: number;
}

/** How often a word of the title counts: who asks by it means that document, and not those that mention it. Measured. */
const titleWeight = 3;

/**
 * The terms of a chunk in a language (`und`: as they are written, without stems). The title and the headings count as part of the text, as
 * fields do whose frequencies are weighted before they are summed (Robertson, Zaragoza and Taylor, "Simple BM25 Extension to
 * Multiple Weighted Fields", 2004). The time grows with the length of the text.
 */
export function analyzeChunk({ text, title, headings }: AnalyzedChunk, language: string): ChunkTerms {
  const counts = new Map<string, number>();
  const base = baseLanguage(language);
  const others = [text, ...headings.filter((heading) => heading !== title)];
  const words = [title ?? '', ...others].map((part, index) =>
    addTerms(counts, part, base, index === 0 ? titleWeight : 1),
  );
  return {
    terms: [...counts.keys()],
    counts: [...counts.values()].map((count) => Math.min(count, mostCounted)),
    words: words.reduce((sum, some) => sum + some, 0),
  };
}

/** What a column of the database holds. */
const mostCounted = 32_767;

/** Adds the terms of a text, and gives the number of its words, both weighted. */
function addTerms(counts: Map<string, number>, text: string, language: string, weight: number): number {
  let words = 0;
  for (const word of wordsOf(text)) {
    if (!word.unspaced && isStopWord(foldWord(word.text), language)) continue;
    for (const terms of termsOfWord(word, language)) {
      words += weight;
      for (const term of terms) counts.set(term, (counts.get(term) ?? 0) + weight);
    }
  }
  return words;
}
