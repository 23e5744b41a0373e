/**
 * How well the offline model answers from passages and declines: which sentences it takes, and what it leaves unanswered, on
 * the half of the articles that its weights were not fitted on. Passages are ranked by BM25 in memory; it is given the best eight.
 *
 * `npm run bench:answers [-- --quick] [-- --json FILE]`; `--quick` asks every fifth question. The data is half of SQuAD's
 * development sets; without it the bench says so and ends well.
 */
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { surelyEnough } from '../src/model/evidence/evidence-weights.ts';
import { type Evidence, findEvidence } from '../src/model/evidence/find-evidence.ts';
import { holdsAnswer } from './answers/holds-answer.ts';
import { type Ranking, rankPassages } from './answers/rank-passages.ts';
import { folder, readSquad, type Squad, type SquadQuestion } from './answers/read-squad.ts';

const { values: options } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, json: { type: 'string' } },
});
const limit = 8;
const course = [-3, -2, -1.5, -1, -0.75, -0.5, -0.25, 0, 0.25, 0.5, 1];

type Passage = Squad['passages'][number];

/** One question, what was found for it, and what the answer would be at any threshold. */
interface Asked {
  question: SquadQuestion;
  /** The search's best score. */
  score: number;
  sureness: number;
  answer: Evidence | undefined;
  /** Whether the right passage is among the eight. */
  found: boolean;
  texts: Map<string, string>;
}

if (existsSync(folder)) report(measure(readSquad()));
else say(`Skipped: there is no ${path.relative(process.cwd(), folder)}.`);

function measure({ passages, questions }: Squad) {
  const some = questions.filter((_, index) => !options.quick || index % 5 === 0);
  const everything = rankPassages(passages, limit);
  const others = rankPassages(
    passages.filter(({ half }) => half === 'fitted'),
    limit,
  );
  const fitted = some
    .filter(({ half }) => half === 'fitted')
    .map((question) => retrieve(question, everything));
  const heldOut = some.filter(({ half }) => half === 'held out');
  const begun = performance.now();
  const asked = heldOut.map((question) => ask(question, everything));
  const msEach = (performance.now() - begun) / asked.length;
  const outside = heldOut.map((question) => ask(question, others));
  return {
    ...quality(asked),
    'questions from outside': outside.length,
    'of these declined': shareOf(outside, ({ answer }) => !answer),
    'ms per question': Number(msEach.toFixed(1)),
    ways: [
      { way: 'never declines', ...rates(asked, () => true) },
      { way: 'by the score of the search alone', ...rates(asked, byScore(fitted)) },
      { way: 'offline model', ...rates(asked, ({ answer }) => answer !== undefined) },
    ],
    course: course.map((least) => ({
      least,
      ...rates(asked, ({ sureness }) => sureness >= least),
      'outside declined': shareOf(outside, ({ sureness }) => sureness < least),
    })),
  };
}

function quality(asked: Asked[]) {
  const answerable = asked.filter(isAnswerable);
  const answered = answerable.filter(({ answer }) => answer);
  const quotes = asked.flatMap(({ answer, texts }) =>
    (answer?.quotes ?? []).map((quote) => ({ quote, texts })),
  );
  return {
    'sureness asked for': surelyEnough,
    answerable: answerable.length,
    'right passage among the eight': shareOf(answerable, ({ found }) => found),
    answered: shareOf(answerable, ({ answer }) => answer !== undefined),
    'wrongly declined': shareOf(answerable, ({ answer }) => !answer),
    'answer has a right one in it': shareOf(answered, hasRight),
    'and cites the right passage': shareOf(
      answered,
      (one) => hasRight(one) && one.answer?.quotes.some(({ id }) => id === one.question.passage) === true,
    ),
    'sentences an answer': meanOf(answered.map(({ answer }) => answer?.quotes.length ?? 0)),
    'sentences that are in the cited passage': shareOf(
      quotes,
      ({ quote, texts }) => texts.get(quote.id)?.includes(quote.text) === true,
    ),
    unanswerable: asked.length - answerable.length,
    'unanswerable declined': shareOf(
      asked.filter((one) => !isAnswerable(one)),
      ({ answer }) => !answer,
    ),
  };
}

function retrieve(question: SquadQuestion, rank: Ranking<Passage>) {
  const found = rank(question.text);
  return { question, found, score: found[0]?.score ?? 0 };
}

function ask(question: SquadQuestion, rank: Ranking<Passage>): Asked {
  const { found, score } = retrieve(question, rank);
  const passages = found.map(({ passage }) => passage);
  const best = findEvidence(question.text, passages, { least: Number.NEGATIVE_INFINITY });
  const sureness = best?.sureness ?? Number.NEGATIVE_INFINITY;
  return {
    question,
    score,
    sureness,
    answer: sureness >= surelyEnough ? findEvidence(question.text, passages) : undefined,
    found: passages.some(({ id }) => id === question.passage),
    texts: new Map(passages.map(({ id, text }) => [id, text])),
  };
}

/** The threshold on the search's score that has the best balanced accuracy on the other half. */
function byScore(fitted: { question: SquadQuestion; score: number }[]): (one: { score: number }) => boolean {
  const scores = fitted.map(({ score }) => score).sort((one, other) => one - other);
  const thresholds = Array.from(
    { length: 99 },
    (_, at) => scores[Math.floor((scores.length * (at + 1)) / 100)] ?? 0,
  );
  const rated = thresholds.map((least) => ({
    least,
    accuracy: rates(fitted, ({ score }) => score >= least)['balanced accuracy'],
  }));
  const best = rated.reduce((one, other) => (other.accuracy > one.accuracy ? other : one));
  return ({ score }) => score >= best.least;
}

function rates<One extends { question: SquadQuestion }>(asked: One[], answers: (one: One) => boolean) {
  const wrongly = shareOf(asked.filter(isAnswerable), (one) => !answers(one));
  const rightly = shareOf(
    asked.filter((one) => !isAnswerable(one)),
    (one) => !answers(one),
  );
  return {
    'wrongly declined': wrongly,
    'unanswerable declined': rightly,
    'balanced accuracy': Number(((1 - wrongly + rightly) / 2).toFixed(3)),
  };
}

function isAnswerable({ question }: { question: SquadQuestion }): boolean {
  return question.answers.length > 0;
}

function hasRight({ answer, question }: Asked): boolean {
  return holdsAnswer((answer?.quotes ?? []).map(({ text }) => text).join(' '), question.answers);
}

function report({ ways, course, ...figures }: ReturnType<typeof measure>): void {
  for (const [name, value] of Object.entries(figures)) say(`${name.padEnd(44)}${value}`);
  table(ways);
  table(course);
  if (options.json) writeFileSync(options.json, `${JSON.stringify({ ...figures, ways, course }, null, 2)}\n`);
}

function table(rows: Record<string, string | number>[]): void {
  const [first = {}] = rows;
  say('');
  for (const row of [Object.keys(first), ...rows.map((row) => Object.values(row))])
    say(row.map((cell, at) => String(cell).padEnd(at === 0 ? 36 : 24)).join(''));
}

function shareOf<One>(all: One[], is: (one: One) => boolean): number {
  return Number((all.filter(is).length / all.length).toFixed(3));
}

function meanOf(values: number[]): number {
  return Number((values.reduce((sum, value) => sum + value, 0) / values.length).toFixed(2));
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
