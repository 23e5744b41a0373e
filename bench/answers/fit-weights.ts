/**
 * Fits the weights of `src/model/evidence/evidence-weights.ts` on the first half of the articles and prints them.
 *
 * `node bench/answers/fit-weights.ts`
 */
import { rateSentences } from '../../src/model/evidence/rate-sentences.ts';
import type { Signs } from '../../src/model/evidence/weigh-sentence.ts';
import { holdsAnswer } from './holds-answer.ts';
import { type Ranking, rankPassages } from './rank-passages.ts';
import { readSquad, type SquadQuestion } from './read-squad.ts';

type Sign = keyof Signs;

/** One sentence: its signs, and whether it answers. */
interface Case {
  signs: Signs;
  right: boolean;
}

const chosenBy: Sign[] = [
  'around',
  'wordsAbsent',
  'rank',
  'kindAbsent',
  'distance',
  'length',
  'fresh',
  'defines',
];
const acceptedBy: Sign[] = [
  'said',
  'nameAbsent',
  'numbersAbsent',
  'wordsAbsent',
  'denied',
  'opposed',
  'kindAbsent',
  'defines',
  'asked',
  'rank',
];
/** How much a question counts that is asked of a collection without its article. */
const outsideWeight = 0.3;
const limit = 8;
const steps = 400;
const penalty = 1e-4;

const { passages, questions } = readSquad();
const own = passages.filter(({ half }) => half === 'fitted');
const articles = [...new Set(own.map(({ article }) => article))].sort();
const foldOf = (passage: string) => articles.indexOf(passage.replace(/#\d+$/, '')) % 2;
const everything = rankPassages(passages, limit);
const folds = [0, 1].map((fold) =>
  rankPassages(
    own.filter(({ id }) => foldOf(id) === fold),
    limit,
  ),
);

const asked = questions.filter(({ half }) => half === 'fitted');
const inside = asked.map((question) => casesOf(question, everything));
const outside = asked.map((question) => casesOf(question, folds[1 - foldOf(question.passage)] ?? everything));
const choosing = fitChoosing(inside.filter((cases) => cases.some(({ right }) => right)));
const best = [
  ...inside.flatMap((cases) => chosen(cases).map((one) => ({ ...one, weight: 1 }))),
  ...outside.flatMap((cases) =>
    chosen(cases).map((one) => ({ ...one, right: false, weight: outsideWeight })),
  ),
];
const accepting = fitAccepting(best);
process.stdout.write(`${JSON.stringify({ choosing, accepting }, null, 2)}\n`);

function casesOf(question: SquadQuestion, rank: Ranking<(typeof passages)[number]>): Case[] {
  const found = rank(question.text).map(({ passage }) => passage);
  return rateSentences(question.text, found).map(({ signs, sentence, passage }) => ({
    signs,
    right: passage.passage.id === question.passage && holdsAnswer(sentence.text, question.answers),
  }));
}

function chosen(cases: Case[]): Case[] {
  const scored = cases.map((one) => ({ one, score: scoreOf(one) }));
  const top = scored.reduce<(typeof scored)[number] | undefined>(
    (most, each) => (most && most.score >= each.score ? most : each),
    undefined,
  );
  return top ? [top.one] : [];
}

function scoreOf({ signs }: Case): number {
  return chosenBy.reduce((sum, name) => sum + signs[name] * (choosing[name] ?? 0), 0);
}

/** Maximum likelihood of a right sentence among those of its search. */
function fitChoosing(groups: Case[][]): Record<string, number> {
  const read = groups.map((cases) => cases.map((one) => ({ row: rowOf(one, chosenBy), right: one.right })));
  return descend(chosenBy, (weights, add) => {
    for (const rows of read) {
      const scores = rows.map(({ row }) => product(weights, row));
      const top = Math.max(...scores);
      const powers = scores.map((score) => Math.exp(score - top));
      const all = powers.reduce((sum, power) => sum + power, 0);
      const right = powers.reduce((sum, power, at) => sum + (rows[at]?.right ? power : 0), 0);
      for (const [at, { row, right: isRight }] of rows.entries()) {
        const power = powers[at] ?? 0;
        add(row, (power / all - (isRight ? power / right : 0)) / read.length);
      }
    }
  });
}

function fitAccepting(cases: (Case & { weight: number })[]): Record<string, number> {
  const all = cases.reduce((sum, { weight }) => sum + weight, 0);
  const rows = cases.map((one) => ({ ...one, row: [...rowOf(one, acceptedBy), 1] }));
  return descend([...acceptedBy, 'start'], (weights, add) => {
    for (const { row, right, weight } of rows) {
      const likely = 1 / (1 + Math.exp(-product(weights, row)));
      add(row, (weight * (likely - Number(right))) / all);
    }
  });
}

type Gradient = (weights: Float64Array, add: (row: number[], share: number) => void) => void;

/** Gradient descent by Adam (Kingma and Ba, 2015) with a small penalty on large weights. */
function descend(names: string[], gradient: Gradient): Record<string, number> {
  const [weights, first, second] = [0, 0, 0].map(() => new Float64Array(names.length)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ]; // as many as the list that they are made from
  for (let step = 1; step <= steps; step += 1) {
    const slope = new Float64Array(names.length);
    gradient(weights, (row, share) => {
      for (const [at, value] of row.entries()) slope[at] = (slope[at] ?? 0) + share * value;
    });
    for (const at of names.keys()) {
      const by = (slope[at] ?? 0) + penalty * (weights[at] ?? 0);
      first[at] = 0.9 * (first[at] ?? 0) + 0.1 * by;
      second[at] = 0.99 * (second[at] ?? 0) + 0.01 * by * by;
      const size = Math.sqrt((second[at] ?? 0) / (1 - 0.99 ** step)) + 1e-8;
      weights[at] = (weights[at] ?? 0) - (0.1 * (first[at] ?? 0)) / (1 - 0.9 ** step) / size;
    }
  }
  return Object.fromEntries(names.map((name, at) => [name, Number((weights[at] ?? 0).toFixed(2))]));
}

function rowOf({ signs }: Case, names: Sign[]): number[] {
  return names.map((name) => signs[name]);
}

function product(weights: Float64Array, row: number[]): number {
  return row.reduce((sum, value, at) => sum + value * (weights[at] ?? 0), 0);
}
