import { termsOfWord } from '../../knowledge/terms/terms-of-word.ts';
import { type Word, wordsOf } from '../../knowledge/terms/words-of.ts';
import { daysIn, monthOf, type NamedDay } from './read-dates.ts';
import { numbersIn, signsIn } from './read-figures.ts';

/** What a text says, as far as words tell: the stems of its words, and its numbers and signs of money and share. */
export interface WordEvidence {
  terms: Set<string>;
  figures: Set<string>;
}

/** What several texts say together. */
export function joinEvidence(all: WordEvidence[]): WordEvidence {
  return {
    terms: new Set(all.flatMap(({ terms }) => [...terms])),
    figures: new Set(all.flatMap(({ figures }) => [...figures])),
  };
}

export function readEvidence(text: string, language: string): WordEvidence {
  const terms = new Set<string>();
  for (const word of wordsOf(text)) {
    for (const term of termsOf(word, language)) terms.add(term);
    if (hasBoth.test(word.text)) for (const letters of word.text.match(letterRuns) ?? []) terms.add(letters);
  }
  const days = daysIn(text, language);
  for (const way of days.flatMap(({ ways }) => ways))
    for (const word of wordsOf(monthOf(way, language)))
      for (const term of termsOf(word, language)) terms.add(term);
  const figures = [
    ...numbersIn(without(days, text), language).flat(),
    ...days.flatMap(({ ways }) => ways.flatMap(partsOfDay)),
  ];
  return { terms, figures: new Set([...figures, ...signsIn(text)]) };
}

/** What else is true of a day: without its year, and its year. */
function partsOfDay(day: string): string[] {
  return day.length === 10 ? [day, day.slice(5), day.slice(0, 4)] : [day];
}

/** A text with its days taken out, so that their parts are no numbers of their own. */
export function without(days: NamedDay[], text: string): string {
  return days.reduceRight((left, { start, end }) => `${left.slice(0, start)} ${left.slice(end)}`, text);
}

/** A number stands beside letters: `5GB`. */
export const hasBoth = /^(?=.*\p{L})(?=.*\p{N})/u;
export const letterRuns = /\p{L}+/gu;

/** What a word of a text in a language is known by. */
export function termsOf(word: Word, language: string): string[] {
  return termsOfWord(word, language).flat();
}
