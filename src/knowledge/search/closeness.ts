import { baseLanguage } from '../terms/languages.ts';
import { termsOfWord } from '../terms/terms-of-word.ts';
import { wordsOf } from '../terms/words-of.ts';

/** A word of a query, as `queryTerms` gives it, and how much it says. */
export interface WeighedWord {
  terms: readonly string[];
  weight: number;
}

export interface ReadableText {
  title?: string | undefined;
  headings: readonly string[];
  text: string;
  language: string;
}

/** Words that stand within so many belong together: about a clause. Measured, as the weights are: see `bench/search.ts`. */
const windowWords = 15;
const weights = { together: 0.8, inOrder: 0.6 };
/** Of a passage that are read. */
const mostCharacters = 16_000;

/**
 * How closely the words of a query stand together in each text, from 0 to 1: what part of them, weighed, the best window of 15
 * words has, and what part of the query's neighbouring words are neighbours there too, in order and with the little words between
 * them. After the sequential dependence model (Metzler and Croft, "A Markov Random Field Model for Term Dependencies", 2005), with the best
 * window in place of counts (Tao and Zhai, "An Exploration of Proximity Measures in Information Retrieval", 2007).
 */
export function closenessOf(
  query: string,
  words: readonly WeighedWord[],
  texts: readonly ReadableText[],
): number[] {
  const readings = new Map<string, Reading>();
  return texts.map((text) => {
    const base = baseLanguage(text.language);
    const reading = readings.get(base) ?? readQuery(query, words, base);
    readings.set(base, reading);
    const places = [...placesOf(wholeOf(text), base)].map((terms) => numbersOf(reading, terms));
    const together = weights.together * bestWindow(reading, places);
    return (together + weights.inOrder * sharedPairs(reading, places)) / (weights.together + weights.inOrder);
  });
}

/** Who asks by the title, or by a heading, is answered by what stands under it. */
function wholeOf({ title, headings, text }: ReadableText): string {
  const path = new Set([title ?? '', ...headings]);
  const own = text.split('\n').filter((line) => !isLinkAlone(line));
  return [...path, ...own].join('\n').slice(0, mostCharacters);
}

/** Of an item of a list in Markdown that is a link and no more: its words are another document's title, and that is the one meant by them. */
function isLinkAlone(line: string): boolean {
  const item = line.trim();
  const middle = item.indexOf('](');
  if (!item.startsWith('- [') || !item.endsWith(')') || middle < 0) return false;
  return !/[\s[\]]/.test(item.slice(middle + 2, -1));
}

/** A query as texts of one language would have it. */
interface Reading {
  /** Of each term its word, by number: first those that say something, then the others. */
  numbers: Map<string, number>;
  /** Of each word, by number. */
  weights: number[];
  allWeights: number;
  /** Of each two neighbours, by `pairKey`. */
  pairs: Map<number, number>;
  allPairs: number;
}

function readQuery(query: string, words: readonly WeighedWord[], language: string): Reading {
  const numbers = new Map(words.flatMap(({ terms }, number) => terms.map((term) => [term, number])));
  const weights = words.map(({ weight }) => weight);
  const pairs = new Map<number, number>();
  let last: number | undefined;
  for (const terms of placesOf(query, language)) {
    const term = terms.at(-1) ?? '';
    const number = numbers.get(term) ?? numbers.size;
    numbers.set(term, number);
    const weight = (weights[last ?? -1] ?? 0) + (weights[number] ?? 0);
    if (last !== undefined && weight > 0) pairs.set(pairKey(last, number), weight);
    last = number;
  }
  return { numbers, weights, allWeights: sumOf(weights), pairs, allPairs: sumOf(pairs.values()) };
}

function* placesOf(text: string, language: string): Generator<string[]> {
  for (const word of wordsOf(text)) yield* termsOfWord(word, language);
}

function numbersOf({ numbers }: Reading, terms: string[]): number[] {
  return terms.flatMap((term) => numbers.get(term) ?? []);
}

/** The most that is said within any window, of all that is asked. */
function bestWindow({ weights, allWeights }: Reading, places: number[][]): number {
  const times = new Map<number, number>();
  let sum = 0;
  let best = 0;
  const count = (number: number, by: 1 | -1) => {
    const before = times.get(number) ?? 0;
    times.set(number, before + by);
    if (before === 0 || before + by === 0) sum += by * (weights[number] ?? 0);
  };
  for (const [at, entering] of places.entries()) {
    for (const number of new Set(entering)) count(number, 1);
    for (const number of new Set(places[at - windowWords])) count(number, -1);
    best = Math.max(best, sum);
  }
  return allWeights > 0 ? best / allWeights : 0;
}

function sharedPairs({ pairs, allPairs }: Reading, places: number[][]): number {
  const shared = new Set<number>();
  for (const [at, numbers] of places.entries()) {
    const before = places[at - 1]?.at(-1);
    const here = numbers.at(-1);
    if (before !== undefined && here !== undefined) shared.add(pairKey(before, here));
  }
  return allPairs > 0 ? sumOf([...shared].map((pair) => pairs.get(pair) ?? 0)) / allPairs : 0;
}

/** A query has far fewer words. */
function pairKey(one: number, other: number): number {
  return one * 100_000 + other;
}

function sumOf(values: Iterable<number>): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
}
