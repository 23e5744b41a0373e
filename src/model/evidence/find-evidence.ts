import { suits, surelyEnough, sureness } from './evidence-weights.ts';
import { leans } from './leans.ts';
import { type RatedSentence, rateSentences } from './rate-sentences.ts';
import type { EvidencePassage } from './read-passages.ts';

/** A sentence as its passage has it. */
export interface Quote {
  /** The passage's id. */
  id: string;
  text: string;
}

export interface Evidence {
  /** One to three sentences. */
  quotes: Quote[];
  /** How sure it is that the first of them answers: the logarithm of the odds. */
  sureness: number;
}

type Scored = RatedSentence & { score: number };

const most = 3;
/** How much worse than the best a sentence may suit and still be told beside it. */
const nearBest = 2;
/** In UTF-16 units: what is longer is told only where it answers best. */
const longestBeside = 400;

/**
 * The sentences of the passages that answer a question, or nothing where none does so surely enough. Judged by words alone:
 * it knows no meaning, so what is said in other words is missed, and what has all the words is believed.
 * `refused` sentences are left out.
 */
export function findEvidence(
  question: string,
  passages: EvidencePassage[],
  {
    refused = () => false,
    least = surelyEnough,
  }: { refused?: (text: string) => boolean; least?: number } = {},
): Evidence | undefined {
  const rated = rateSentences(question, passages)
    .filter(({ sentence }) => !refused(sentence.text))
    .map((one) => ({ ...one, score: suits(one.signs) }))
    .sort((one, other) => other.score - one.score);
  const best = rated[0];
  if (!best) return undefined;
  const sure = sureness(best.signs);
  if (sure < least) return undefined;
  const near = rated.filter((one) => one === best || isAsGood(one, best));
  return { quotes: quotesOf(near, rated), sureness: sure };
}

/** Whether a sentence may be told beside the best: it suits nearly as well, says as much, and has what is wanted where the best has it. */
function isAsGood(one: Scored, best: Scored): boolean {
  return (
    one.score >= best.score - nearBest &&
    one.signs.said >= best.signs.said &&
    one.signs.kindAbsent <= best.signs.kindAbsent &&
    one.sentence.text.length <= longestBeside
  );
}

/** The best first; before one that leans on it, the sentence before; the same words once. */
function quotesOf(near: RatedSentence[], rated: RatedSentence[]): Quote[] {
  const told: RatedSentence[] = [];
  for (const one of near) {
    const before = leans(one.sentence.text) ? sentenceBefore(one, rated) : undefined;
    const fresh = [before, one].filter((each) => each !== undefined).filter((each) => !isTold(each, told));
    if (told.length + fresh.length <= most) told.push(...fresh);
  }
  return told.map(({ passage, sentence }) => ({ id: passage.passage.id, text: sentence.text }));
}

function sentenceBefore(
  { passage, index }: RatedSentence,
  rated: RatedSentence[],
): RatedSentence | undefined {
  return rated.find((other) => other.passage === passage && other.index === index - 1);
}

function isTold({ sentence }: RatedSentence, told: RatedSentence[]): boolean {
  return told.some((other) => other.sentence.text === sentence.text);
}
