import type { Signs } from './weigh-sentence.ts';

/**
 * Fitted with `bench/answers/fit-weights.ts` on one half of the articles of SQuAD's development sets.
 *
 * `choosing` tells the sentence that answers from the others of a search (a softmax over them), and `accepting` tells the chosen
 * sentences that answer from those that do not (a logistic regression). Those passages stand under no headings and have no code: `filed`,
 * `headed` and `shows`, which tell nothing there, were set by half of the questions of `evals/support.yaml`.
 */
export const choosing: Partial<Record<keyof Signs, number>> = {
  around: 7.63,
  wordsAbsent: -0.88,
  rank: 1.68,
  kindAbsent: -1.59,
  distance: -1.31,
  length: 1.11,
  fresh: -1.2,
  defines: 2.66,
  headed: 1.5,
  shows: 1,
};

export const accepting: Partial<Record<keyof Signs, number>> = {
  said: 2.78,
  nameAbsent: -0.93,
  numbersAbsent: -1.07,
  wordsAbsent: -0.26,
  denied: -2.89,
  opposed: -1.46,
  kindAbsent: -0.55,
  defines: 0.34,
  asked: 2.2,
  rank: 0.85,
  filed: 0.8,
  headed: 0.8,
};

/** What `accepting` begins with. */
const start = -5.93;

/**
 * How sure an answer has to be. Lower, and more is answered, and more of it wrongly: `npm run bench:answers` prints the whole course. Here
 * nearly everything is declined that the documents are not about, and about three in ten questions that they answer.
 */
export const surelyEnough = -0.6;

/** How well a sentence suits, against others of the same search. */
export function suits(signs: Signs): number {
  return weigh(signs, choosing);
}

/** How sure it is that a sentence answers: the logarithm of the odds. */
export function sureness(signs: Signs): number {
  return start + weigh(signs, accepting);
}

function weigh(signs: Signs, weights: Partial<Record<keyof Signs, number>>): number {
  return signNames.reduce((sum, name) => sum + signs[name] * (weights[name] ?? 0), 0);
}

const signNames = [
  'said',
  'around',
  'rank',
  'nameAbsent',
  'numbersAbsent',
  'wordsAbsent',
  'denied',
  'opposed',
  'kindAbsent',
  'defines',
  'distance',
  'length',
  'fresh',
  'asked',
  'filed',
  'headed',
  'shows',
] as const satisfies (keyof Signs)[];
