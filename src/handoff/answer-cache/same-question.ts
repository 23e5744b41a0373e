import { isFunctionWord } from '../../model/function-words.ts';
import { splitWords } from '../../model/split-words.ts';
import { stemWord } from '../../model/stem-word.ts';
import { readNames } from './read-names.ts';

/** Words that turn a question around, in the languages whose questions embeddings confuse most. */
const turning = new Set(
  `not no never without nor cannot except unless non nicht kein keine keinen ohne nie ne pas sans jamais sin nunca
  jamas nao sem mai senza не без никогда нет 不 没 没有 无 非`.split(/\s+/),
);

/**
 * Whether two questions that are near each other may have the same answer: they have the same numbers and names, turn around as often, and say
 * what they both say in the same order. Embeddings put "with" beside "without", 2024 beside 2025 and "more than" beside "less than".
 */
export function mayMeanTheSame(one: string, other: string): boolean {
  return marksOf(one) === marksOf(other) && isSameOrder(tellingWords(one), tellingWords(other));
}

function marksOf(question: string): string {
  const words = splitWords(question);
  const numbers = words.filter((word) => /\p{N}/u.test(word)).sort();
  const turns = words.filter((word) => turning.has(word) || word.endsWith("n't")).length;
  return JSON.stringify([numbers, turns, readNames(question)]);
}

function tellingWords(question: string): string[] {
  return splitWords(question)
    .filter((word) => !isFunctionWord(word))
    .map(stemWord);
}

/** Of the words that both have. */
function isSameOrder(one: string[], other: string[]): boolean {
  const [ones, others] = [new Set(one), new Set(other)];
  const shared = one.filter((word) => others.has(word));
  return shared.join(' ') === other.filter((word) => ones.has(word)).join(' ');
}
