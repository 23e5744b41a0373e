import { splitWords } from '../../model/split-words.ts';

/** Words that turn a question around, in the languages whose questions embeddings confuse most. */
const turning = new Set(
  `not no never without nor cannot except unless non nicht kein keine keinen ohne nie ne pas sans jamais sin nunca
  jamas nao sem mai senza не без никогда нет 不 没 没有 无 非`.split(/\s+/),
);

/**
 * Whether two questions that are near each other may have the same answer: they name the same numbers, and turn around the same
 * number of times. Embeddings put "with" beside "without" and 2024 beside 2025.
 */
export function mayMeanTheSame(one: string, other: string): boolean {
  return marksOf(one) === marksOf(other);
}

function marksOf(question: string): string {
  const words = splitWords(question);
  const numbers = words.filter((word) => /\p{N}/u.test(word)).sort();
  const turns = words.filter((word) => turning.has(word) || word.endsWith("n't")).length;
  return JSON.stringify([numbers, turns]);
}
