import { foldWord } from './fold-word.ts';
import { baseLanguage } from './languages.ts';
import { isStopWord } from './stop-words.ts';
import { termsOfWord } from './terms-of-word.ts';
import { type Word, wordsOf } from './words-of.ts';

/** Different words of a query that are looked for; of a longer one, the first. */
const mostWords = 64;
/** Characters of a query that are read. */
const mostCharacters = 8_000;

/**
 * For each word of a query the terms that it may have in documents of these languages: a chunk with any of them has the word. Words
 * that say nothing in the language that the query seems to be in are left out, unless there are no others. At most 64 words, each once.
 */
export function queryTerms(query: string, languages: readonly string[]): string[][] {
  const bases = [...new Set(languages.map(baseLanguage))];
  if (bases.length === 0) bases.push('und');
  const words = [...wordsOf(query.slice(0, mostCharacters))];
  const seeming = seemingLanguages(words, bases);
  const telling = words.filter((word) => !seeming.every((language) => isStop(word, language)));
  const terms = telling.flatMap((word) =>
    termsIn(
      word,
      bases.filter((base) => !isStop(word, base)),
    ),
  );
  return terms.length > 0 ? distinct(terms) : distinct(words.flatMap((word) => termsIn(word, bases)));
}

/**
 * The languages in which most words are such as every text has; all of them, where none is. So `an` of an English question is not looked
 * for in the French documents beside the English ones, where it is rare and means a year.
 */
function seemingLanguages(words: Word[], languages: string[]): string[] {
  const counts = languages.map((language) => words.filter((word) => isStop(word, language)).length);
  const most = Math.max(...counts);
  return languages.filter((_, index) => counts[index] === most);
}

function isStop(word: Word, language: string): boolean {
  return !word.unspaced && isStopWord(foldWord(word.text), language);
}

/** Of a run without spaces each character and pair is a word. */
function termsIn(word: Word, languages: string[]): string[][] {
  if (word.unspaced) return termsOfWord(word, 'und').flatMap((terms) => terms.map((term) => [term]));
  const terms = new Set(languages.flatMap((language) => termsOfWord(word, language).flat()));
  return terms.size > 0 ? [[...terms]] : [];
}

/** No term is two words' of the query: what has it would count twice. */
function distinct(words: string[][]): string[][] {
  const seen = new Set<string>();
  const others = words.map((terms) => terms.filter((term) => !seen.has(term) && seen.add(term)));
  return others.filter((terms) => terms.length > 0).slice(0, mostWords);
}
