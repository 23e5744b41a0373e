import { foldText } from '../split-words.ts';
import { candidatesFor, isTyped } from './answer-kind.ts';
import { leans } from './leans.ts';
import { areOpposed, denies, questionDenies } from './opposites.ts';
import type { ReadPassage, ReadSentence } from './read-passages.ts';
import { metIn, type Question, type ToldWord } from './read-question.ts';

/** What speaks for and against a sentence as the answer to a question. */
export interface Signs {
  /** The weighted share of the question's words that the sentence says, the passage's title, and the sentence that it leans on. */
  said: number;
  /** The same, where the sentences beside it and the rest of the passage count for something. */
  around: number;
  /** The passage's place in the search: 1, 1/2, 1/3 … */
  rank: number;
  /** Whether a name of the question is nowhere in the passage. */
  nameAbsent: number;
  /** How many of the question's numbers neither the sentence nor the title has. */
  numbersAbsent: number;
  /** How many of the question's words neither the sentence nor the title has. */
  wordsAbsent: number;
  /** Whether the question denies something and the sentence does not. */
  denied: number;
  /** Whether one says `before` and the other `after`. */
  opposed: number;
  /** Whether the question wants a name, a place, a time or a number, and the sentence has none that is new. */
  kindAbsent: number;
  /** Whether the question asks what something is, and the sentence begins with what that is. */
  defines: number;
  /** Whether the sentence stands under a heading, and neither `denied` nor `opposed` speaks against it. */
  filed: number;
  /** How much of a heading above the sentence the question says; 0 where it is not `filed`. */
  headed: number;
  /** Whether the question asks for a way to do something, and the sentence has code: a command, a setting, a route. */
  shows: number;
  /** How far what may be the answer stands from the question's words, from 0 to 1. */
  distance: number;
  /** Logarithms: the sentence's words; those that are new; the question's. */
  length: number;
  fresh: number;
  asked: number;
}

/** What stands beside a sentence says what it is about, the nearer the better. */
const credit = { head: 0.8, before: 0.7, leanedOn: 0.9, after: 0.4, passage: 0.3 };
const farthest = 12;
/** A question of fewer words is not doubted for its shortness. */
const fewestAsked = 3;

/** Weighs one sentence of a passage as the answer to a question. */
export function weighSentence(question: Question, passage: ReadPassage, index: number): Signs {
  const sentence = passage.sentences[index];
  if (!sentence) throw new Error(`the passage ${passage.passage.id} has no sentence ${index}`);
  const { told, text } = question;
  const total = sum(told, ({ weight }) => weight) || 1;
  const before = leans(sentence.text) ? passage.sentences[index - 1] : undefined;
  const said = (word: ToldWord) =>
    Math.max(
      metIn(word, sentence.keys),
      metIn(word, sentence.head),
      before ? credit.leanedOn * metIn(word, before.keys) : 0,
    );
  const absent = told.filter((word) => said(word) === 0);
  const denied = questionDenies(text) && !denies(sentence.text);
  const opposed = areOpposed(question.keys, sentence.keys);
  const isHeaded = !denied && !opposed;
  return {
    said: sum(told, (word) => word.weight * said(word)) / total,
    around: sum(told, (word) => word.weight * saidAround(word, passage, index)) / total,
    rank: 1 / (1 + passage.rank),
    nameAbsent: Number(told.some((word) => word.word.kind === 'name' && metIn(word, passage.keys) === 0)),
    numbersAbsent: absent.filter(({ word }) => word.kind === 'number').length,
    wordsAbsent: absent.length,
    denied: Number(denied),
    opposed: Number(opposed),
    defines: Number(definesIt(question, sentence)),
    filed: Number(isHeaded && sentence.headings.length > 0),
    headed: isHeaded ? headedBy(question, sentence) : 0,
    shows: Number(asksWay.test(foldText(text)) && hasCode(sentence.text)),
    ...weighCandidates(question, sentence),
    length: Math.log(1 + sentence.words.length),
    fresh: Math.log(
      1 + sentence.words.filter(({ little, key }) => !little && !question.keys.has(key)).length,
    ),
    asked: Math.log(Math.max(fewestAsked, told.length)),
  };
}

function saidAround(word: ToldWord, { sentences, keys }: ReadPassage, index: number): number {
  const head = sentences[index]?.head ?? new Set();
  const isLeaning = leans(sentences[index]?.text ?? '');
  const at = (place: number) => metIn(word, sentences[place]?.keys ?? new Set());
  return Math.max(
    at(index),
    credit.head * metIn(word, head),
    (isLeaning ? credit.leanedOn : credit.before) * at(index - 1),
    credit.after * at(index + 1),
    credit.passage * metIn(word, keys),
  );
}

/** The heading that the question says most of. */
function headedBy({ told }: Question, { headings }: ReadSentence): number {
  const shares = headings.map(
    (heading) => [...heading].filter((key) => told.some(({ alike }) => alike.has(key))).length / heading.size,
  );
  return Math.max(0, ...shares);
}

const asksWay =
  /\b(how (do|can|could|should|would|to)|where (do|can) i|which (command|setting|route|variable)|como|comment|wie (kann|mache|richte))\b|怎么|如何|怎样/;
const asksDefinition =
  /^\W*(what( is|'s|’s| are| does)|que es|que son|qu'est-ce|was (ist|sind)|什么是)\b|^什么是|是什么\W*$/i;
const copula = /^(is|are|means|refers|es|son|significa|est|sont|signifie|ist|sind|bedeutet|是)$/;

/** A short question such as `What is a security key?`, and a sentence such as `A security key is …`. */
function definesIt({ text, told }: Question, { words }: ReadSentence): boolean {
  if (told.length > 4 || !asksDefinition.test(foldText(text))) return false;
  const verb = words.findIndex(({ folded }) => copula.test(folded));
  const before = new Set(words.slice(0, Math.max(0, verb)).map(({ key }) => key));
  return verb > 0 && verb <= told.length + 2 && told.every((word) => metIn(word, before) > 0);
}

function weighCandidates({ kind, keys, told }: Question, { text, words }: ReadSentence) {
  const places = told
    .map(({ alike }) => words.findIndex(({ key }) => alike.has(key)))
    .filter((place) => place >= 0);
  const candidates = candidatesFor(kind, words).filter(({ key }) => !keys.has(key));
  const distances = candidates.map((word) => {
    const at = words.indexOf(word);
    return sum(places, (place) => Math.min(farthest, Math.abs(place - at))) / places.length;
  });
  const isTold = candidates.length > 0 || (kind === 'place' && hasCode(text));
  return {
    kindAbsent: Number(isTyped(kind) && !isTold),
    distance: places.length > 0 ? Math.min(farthest, ...distances) / farthest : 1,
  };
}

/** Code in a sentence, as Markdown marks it, or a line of it. */
function hasCode(text: string): boolean {
  return /`[^`]+`|^(?:npm|npx|curl|git|docker) |^[A-Z][A-Z0-9_]+=| --\w/.test(text);
}

function sum<Item>(items: Item[], value: (item: Item) => number): number {
  return items.reduce((total, item) => total + value(item), 0);
}
