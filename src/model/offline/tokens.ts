import { distance } from 'fastest-levenshtein';
import { isFunctionWord } from '../function-words.ts';
import { foldText } from '../split-words.ts';
import { stemWord } from '../stem-word.ts';
import { numberAt } from './number-words.ts';
import { isContrast, meaningOf } from './word-meanings.ts';

/** One word of a question, one number, or one quoted text, with its place in the original. */
export interface Token {
  kind: 'word' | 'name' | 'number' | 'quoted';
  /** What tokens are compared by: the stem of the word's plainest synonym, or the digits. */
  key: string;
  start: number;
  end: number;
  /** The text to fill into a slot; for numbers the digits. */
  value: string;
  /** How much it says: 1 for most words, little for those that nearly every question has. */
  weight: number;
}

const pieces =
  /"(?<double>[^"]+)"|“(?<curly>[^”]+)”|«(?<angled>[^»]+)»|(?<![\p{L}\p{N}])'(?<single>[^']+(?:'[^'\s]+)*)'(?![\p{L}\p{N}])|(?<date>\d{4}-\d{2}(?:-\d{2})?)|(?<digits>\d[\d,]*(?:\.\d+)?)|(?<word>[\p{L}\p{N}][\p{L}\p{N}\p{M}]*(?:['’]\p{L}+)*)/gu;

const nothingSaid = 0.05;
const littleSaid = 0.15;
const someSaid = 0.6;
const fillers = new Set(
  'please thanks thank tell show give find list want know need hello hi hey ok okay'.split(' '),
);
const longestQuestion = 1_000;

/** Reads a question. What lies behind its first 1,000 characters is not looked at. */
export function readTokens(text: string): Token[] {
  const read = text.slice(0, longestQuestion);
  const found = [...read.matchAll(pieces)];
  const shouts = !/\p{Ll}/u.test(read);
  const tokens: Token[] = [];
  for (let index = 0; index < found.length; index += 1) {
    const words = found.slice(index, index + 5).map((match) => match.groups?.word ?? '');
    const number = numberAt(words, found[index - 1]?.groups?.word ?? '');
    const asksHowMany = /^how many$/i.test(`${words[0]} ${words[1]}`);
    const taken = number?.words ?? (asksHowMany ? 2 : 1);
    const [first, last] = [found[index], found[index + taken - 1]];
    if (!first || !last) continue;
    if (number) tokens.push(toNumber(first, last, number.value));
    else if (asksHowMany) tokens.push({ ...toToken(first, false, true), key: 'count', weight: 1 });
    else tokens.push(toToken(first, tokens.length === 0, shouts));
    index += taken - 1;
  }
  return tokens;
}

/** Reads all of a text that may be longer than a question, such as a prompt. */
export function readLongTokens(text: string): Token[] {
  return (text.match(/[\s\S]{1,1000}/g) ?? []).flatMap(readTokens);
}

function toNumber(first: RegExpExecArray, last: RegExpExecArray, value: number): Token {
  return {
    kind: 'number',
    key: String(value),
    value: String(value),
    start: first.index,
    end: last.index + last[0].length,
    weight: 1,
  };
}

function toToken(match: RegExpExecArray, isFirst: boolean, shouts: boolean): Token {
  const { double, curly, angled, single, date, digits, word } = match.groups ?? {};
  const place = { start: match.index, end: match.index + match[0].length, weight: 1 };
  const quoted = double ?? curly ?? angled ?? single;
  if (quoted !== undefined) return { kind: 'quoted', key: foldText(quoted), value: quoted.trim(), ...place };
  if (date !== undefined) return { kind: 'quoted', key: date, value: date, ...place };
  if (digits !== undefined) {
    const value = String(Number(digits.replaceAll(',', '')));
    return { kind: 'number', key: value, value, ...place };
  }
  const folded = foldText(word ?? '').replace(/(n't|'(s|d|m|re|ve|ll))$/, '');
  const little = isFunctionWord(folded) || fillers.has(folded);
  const isName =
    !shouts && !little && /^\p{Lu}/u.test(word ?? '') && (!isFirst || /^\p{Lu}{2}/u.test(word ?? ''));
  return {
    kind: isName ? 'name' : 'word',
    key: stemWord(meaningOf(folded)),
    value: (word ?? '').replace(/['’]s$/, ''),
    ...place,
    weight: weightOf(folded, little),
  };
}

function weightOf(word: string, isLittle: boolean): number {
  if (/^(a|an|the)$/.test(word)) return nothingSaid;
  if (!isLittle) return 1;
  return isContrast(word) ? someSaid : littleSaid;
}

/** Whether two tokens say the same, or would if one had no slip of the pen. */
export function isSame(one: Token, other: Token): boolean {
  if (one.key === other.key) return true;
  if (one.kind === 'number' || other.kind === 'number' || one.weight < 1 || other.weight < 1) return false;
  return isSlip(one.key, other.key) || isSlip(foldText(one.value), foldText(other.value));
}

function isSlip(one: string, other: string): boolean {
  const shorter = Math.min(one.length, other.length);
  return shorter >= 5 && distance(one, other) <= (shorter < 8 ? 1 : 2);
}
