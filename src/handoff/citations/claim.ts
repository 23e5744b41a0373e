import { foldWord } from '../../knowledge/terms/fold-word.ts';
import { isStopWord } from '../../knowledge/terms/stop-words.ts';
import { type Word, wordsOf } from '../../knowledge/terms/words-of.ts';
import { withoutAddresses } from './addresses.ts';
import { isDenial } from './denies.ts';
import { daysIn } from './read-dates.ts';
import { numbersIn, signsIn } from './read-figures.ts';
import { hasBoth, letterRuns, termsOf, type WordEvidence, without } from './word-evidence.ts';

/** What a sentence says, as far as words tell. */
export interface Claim {
  /** Its numbers, days and signs of money and share, each in the ways that it may be meant. */
  figures: string[][];
  words: ClaimWord[];
  /** How many words and figures it has that say something. */
  told: number;
}

interface ClaimWord {
  text: string;
  /** The terms of its places: one of a word, one a letter in a script without spaces. It has a place where it has one of its terms. */
  places: string[][];
  /** Of a word of letters and digits (`5GB`): the letters, which may stand beside the number. */
  letters: string[];
  isName: boolean;
}

/** How much of a claim a text bears out. */
export interface Borne {
  /** Numbers, names and dates that the text does not have. */
  missing: string[];
  /** The share of the other words that it has; 1 where there are none. */
  share: number;
}

/** Reads a sentence that is to be held against texts in these languages. Its addresses are looked at by themselves: see `strangeAddresses`. */
export function readClaim(said: string, languages: readonly string[]): Claim {
  const sentence = withoutAddresses(said);
  const language = languages[0] ?? 'und';
  const days = daysIn(sentence, language);
  const signs = signsIn(sentence).map((sign) => [sign]);
  const numbers = numbersIn(without(days, sentence), language);
  const figures = [...days.map(({ ways }) => ways), ...numbers, ...signs];
  const names = namesIn(sentence, languages);
  const telling = [...wordsOf(sentence)].filter((word) => !isLittle(word, languages));
  const words = telling.filter((word) => !isNumber(word, language));
  return {
    figures,
    words: words.map((word) => readWord(word, names, languages)),
    told: telling.length + figures.length,
  };
}

/** Holds a claim against what a text says. */
export function bearOut({ figures, words }: Claim, evidence: WordEvidence): Borne {
  const absent = figures.filter((ways) => !ways.some((way) => evidence.figures.has(way)));
  const missing = absent.map(([way = '']) => way);
  let found = 0;
  let asked = 0;
  for (const { text, places, letters, isName } of words) {
    const there = places.filter((terms) => terms.some((term) => evidence.terms.has(term))).length;
    const isBeside = letters.length > 0 && letters.every((run) => evidence.terms.has(run));
    if (isName && there === 0 && !isBeside) missing.push(text);
    if (isName) continue;
    asked += places.length;
    found += isBeside ? places.length : there;
  }
  return { missing: [...new Set(missing)], share: asked === 0 ? 1 : found / asked };
}

function readWord(word: Word, names: Set<string>, languages: readonly string[]): ClaimWord {
  const { text, unspaced } = word;
  const letters = hasBoth.test(text) ? (text.match(letterRuns) ?? []) : [];
  const places = unspaced
    ? termsOf(word, 'und').map((term) => [term])
    : [languages.flatMap((language) => termsOf(word, language))];
  return { text, places, letters, isName: names.has(text) };
}

/** Words that nearly every text has, and those that deny, which are looked at by themselves. */
function isLittle(word: Word, languages: readonly string[]): boolean {
  const { text, unspaced } = word;
  const folded = foldWord(text);
  return !unspaced && (isDenial(word) || languages.some((language) => isStopWord(folded, language)));
}

function isNumber({ text }: Word, language: string): boolean {
  if (/\p{N}/u.test(text)) return /^\p{N}+$/u.test(text);
  return numbersIn(text, language).length > 0;
}

/** Words with a capital inside a sentence, in lower case; in German every noun has one, so it tells nothing. */
function namesIn(sentence: string, languages: readonly string[]): Set<string> {
  if (languages.includes('de')) return new Set();
  const found = sentence.matchAll(/(?<=[\p{L}\p{N},;]["'’”)\]]*\s+["'‘“(]*)\p{Lu}[\p{L}\p{N}\p{M}]*/gu);
  return new Set([...found].flatMap(([name]) => [...wordsOf(name)].map(({ text }) => text)));
}
