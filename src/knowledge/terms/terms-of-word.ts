import { foldWord } from './fold-word.ts';
import { stemWord } from './stem-word.ts';
import type { Word } from './words-of.ts';

/**
 * What a word of a text in a language is found by, at each of its places.
 *
 * A word of letters is one place. It has its stem's folded spelling, and where that is another the stem of its folded spelling: so
 * spellings without accents meet those that have them, and the stemmer, which needs accents, is not misled where they are.
 *
 * A run of a script without spaces has a place for each letter, with the pair that begins there, and in Chinese the character alone: as good
 * at finding as dictionaries, and cut in the same way in a question as in a text, whatever stands around it (Nie, Gao, Zhang and
 * Zhou, "On the Use of Words and N-grams for Chinese Information Retrieval", 2000).
 */
export function termsOfWord(word: Word, language: string): string[][] {
  return word.unspaced ? termsOfRun(word.text) : [termsOfLetters(word.text, language)];
}

function termsOfRun(run: string): string[][] {
  const letters: string[] = foldWord(run).match(letterWithMarks) ?? [];
  if (letters.length === 1) return [letters];
  const places = letters.map((letter, at) => {
    const next = letters[at + 1];
    return [...(isHan.test(letter) ? [letter] : []), ...(next ? [letter + next] : [])];
  });
  return places.filter((terms) => terms.length > 0);
}

const letterWithMarks = /\P{M}\p{M}{0,4}/gu;
const isHan = /\p{Script=Han}/u;

function termsOfLetters(word: string, language: string): string[] {
  const key = `${language} ${word}`;
  const before = known.get(key);
  if (before) return before;
  const folded = foldWord(word);
  const stem = foldWord(stemWord(word, language));
  const plain = folded === word ? stem : stemWord(folded, language);
  const terms = plain === stem ? [stem] : [stem, plain];
  if (known.size >= mostKnown) known.clear();
  known.set(key, terms);
  return terms;
}

/** Stemming is most of the work, and most words of a text are words of the text before. */
const known = new Map<string, string[]>();
const mostKnown = 50_000;
