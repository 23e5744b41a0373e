import type { Embedder } from '../embedder.ts';
import { type Alignment, type AskPart, alignSlots, writtenAs } from './align-slots.ts';
import { isSame, readTokens, type Token } from './tokens.ts';
import { areOpposed, isMeasure } from './word-meanings.ts';

/** How near an example's question is to a user's, and what its slots stand for there. */
export interface Match {
  /** From 0 to 1. */
  score: number;
  /** The same, where opposites count as alike: `shortest` is to `longest` as one follow-up to another. */
  likeness: number;
  slots: Record<string, string>;
  /** The example's question with its slots filled. */
  asked: string;
  /** Why the example cannot be used for this question, in words to show. */
  obstacle?: string;
}

/** Slots that may take any words, where others want a name, a quoted text or a number. */
const freeSlots = new Set(
  'topic query question subject about theme plot description text mood wish words'.split(' '),
);
const slotPattern = /\{(\w+)\}/;
/** An ask that is a slot and nothing else takes what nothing else is near to: its score is just enough to be acted on. */
const catchAll = 0.53;

/**
 * Compares a user's question with an example's: half by the embeddings' cosine, half by the share of weighted words
 * that both have. An example cannot be used where one of its slots finds nothing, and where either question has
 * a number, a quoted text or a name that the other has not: its answer would be one to another question.
 */
export async function matchExample(
  embedder: Embedder,
  ask: string,
  question: string,
  numeric: Set<string> = new Set(),
): Promise<Match> {
  const tokens = readTokens(question);
  const parts = readAsk(ask);
  const aligned = alignSlots(parts, question, tokens, numeric);
  const { slots, taken, left } = fillFromLeft(parts, aligned, question, numeric);
  const literals = literalsOf(parts);
  const isFree = parts.every((part) => !('slot' in part) || freeSlots.has(part.slot));
  const rest = tokens.filter((token) => !taken.includes(token));
  const obstacle = findObstacle(parts, slots, isFree ? left : [...left, ...taken], tokens);
  const says = taken.some(({ weight }) => weight === 1);
  const isCatchAll = isFree && parts.length === 1 && literals.length === 0 && says;
  const near = isCatchAll ? catchAll : await nearness(embedder, literals, rest, unexplained(taken, isFree));
  const likeness = near * trustInWords(literals, rest) * trustInSlots(parts, aligned, numeric);
  const opposed = areOpposed(wordsOf(literals), wordsOf(rest));
  return {
    score: opposed ? likeness * 0.4 : likeness,
    likeness,
    slots,
    asked: fillAsk(ask, slots),
    ...(obstacle && { obstacle }),
  };
}

/** A question that has none of an example's telling words was laid over the wrong example. */
function trustInWords(literals: Token[], rest: Token[]): number {
  const telling = literals.filter(({ weight, key }) => weight === 1 && key !== 'count');
  return telling.length === 0 || telling.some((literal) => rest.some((token) => isSame(literal, token)))
    ? 1
    : 0.6;
}

/** A value that does not stand beside the same words may be one for something else; numbers seldom are. */
function trustInSlots(parts: AskPart[], { anchored }: Alignment, numeric: Set<string>): number {
  const strayed = parts.filter(
    (part) => 'slot' in part && !anchored.has(part.slot) && !numeric.has(part.slot),
  );
  if (strayed.length === 0 || parts.length === 1) return 1;
  return strayed.every((part) => 'slot' in part && freeSlots.has(part.slot)) ? 0.9 : 0.5;
}

/** How much of a question disappears in slots without a reason: plain words could be about anything. */
function unexplained(taken: Token[], isFree: boolean): number {
  const plain = taken.filter(({ kind, weight }) => kind === 'word' && weight === 1).length;
  return plain * (isFree ? 0.2 : 0.4);
}

export function readAsk(ask: string): AskPart[] {
  return ask.split(/(\{\w+\})/).flatMap((piece): AskPart[] => {
    const slot = slotPattern.exec(piece)?.[1];
    return slot ? [{ slot }] : readTokens(piece).map((literal) => ({ literal }));
  });
}

function literalsOf(parts: AskPart[]): Token[] {
  return parts.flatMap((part) => ('literal' in part ? [part.literal] : []));
}

export function fillAsk(ask: string, slots: Record<string, string>): string {
  return ask.replaceAll(/\{(\w+)\}/g, (_, slot: string) => slots[slot] ?? '');
}

/** A slot whose place in the sentence was empty takes what the rest of the question has for it. */
function fillFromLeft(parts: AskPart[], found: Alignment, question: string, numeric: Set<string>): Alignment {
  const slots = { ...found.slots };
  let left = found.left;
  const inSlots = [...found.taken];
  for (const part of parts) {
    if (!('slot' in part) || slots[part.slot] !== undefined) continue;
    const taken = takeFor(part.slot, left, numeric);
    if (taken.length === 0) continue;
    slots[part.slot] = writtenAs(taken, question);
    inSlots.push(...taken);
    left = left.filter((token) => !taken.includes(token));
  }
  return { slots, anchored: found.anchored, taken: inSlots, left };
}

function takeFor(slot: string, left: Token[], numeric: Set<string>): Token[] {
  const number = left.find(({ kind }) => kind === 'number');
  if (numeric.has(slot)) return number ? [number] : [];
  const quoted = left.find(({ kind }) => kind === 'quoted');
  if (quoted) return [quoted];
  const names = left.findIndex(({ kind }) => kind === 'name');
  if (names >= 0)
    return left
      .slice(names)
      .filter(
        ({ kind }, at, all) =>
          all.slice(0, at + 1).every((token) => token.kind === 'name') && kind === 'name',
      );
  if (!freeSlots.has(slot)) return [];
  const told = left.map(({ weight }) => weight === 1);
  return left.slice(Math.max(0, told.indexOf(true)), told.lastIndexOf(true) + 1);
}

function findObstacle(
  parts: AskPart[],
  slots: Record<string, string>,
  unmet: Token[],
  question: Token[],
): string | undefined {
  const missing = parts.find((part) => 'slot' in part && !slots[part.slot]);
  if (missing && 'slot' in missing) return `the question says no ${missing.slot.replaceAll('_', ' ')}`;
  const filled = Object.values(slots).join(' ');
  const literals = literalsOf(parts);
  const lacks = (others: Token[]) => (token: Token) =>
    isTelling(token) && !others.some((other) => isSame(token, other));
  const isHeld = (token: Token) => !isMeasureToken(token) && filled.includes(token.value);
  const extra = unmet.filter(lacks(literals)).find((token) => !isHeld(token));
  if (extra) return `it has no place for ${extra.value}`;
  const absent = literals.find(lacks(question));
  return absent && `it is about ${absent.key === 'count' ? 'how many' : absent.value}`;
}

/** What neither question may have without the other. */
function isTelling(token: Token): boolean {
  return token.kind !== 'word' || token.key === 'count' || isMeasureToken(token);
}

function isMeasureToken({ kind, value }: Token): boolean {
  return kind === 'word' && isMeasure(value.toLowerCase());
}

async function nearness(
  embedder: Embedder,
  asked: Token[],
  question: Token[],
  unexplained: number,
): Promise<number> {
  if (asked.length === 0 || question.length === 0) return 0;
  const [one = [], other = []] = await embedder.embed([sentenceOf(asked), sentenceOf(question)]);
  const cosine = one.reduce((sum, value, index) => sum + value * (other[index] ?? 0), 0);
  return Math.max(0, 0.4 * cosine + 0.6 * sharedWords(asked, question, unexplained));
}

/** The harmonic mean of both sides' shares, from 0 to 1. */
function sharedWords(asked: Token[], question: Token[], unexplained: number): number {
  const there = coveredShare(asked, question);
  const back = coveredShare(question, asked, unexplained);
  return there + back > 0 ? (2 * there * back) / (there + back) : 0;
}

/** How much of the weight of `tokens`, and of what is `added` to it, the other tokens say too. */
export function coveredShare(tokens: Token[], others: Token[], added = 0): number {
  const all = added + tokens.reduce((sum, { weight }) => sum + weight, 0);
  const met = tokens.filter((token) => others.some((other) => isSame(token, other)));
  return all > 0 ? met.reduce((sum, { weight }) => sum + weight, 0) / all : 0;
}

function sentenceOf(tokens: Token[]): string {
  return tokens.map(({ key }) => key).join(' ');
}

function wordsOf(tokens: Token[]): Set<string> {
  return new Set(tokens.map(({ value }) => value.toLowerCase()));
}
