import { isFunctionWord } from '../function-words.ts';
import { foldText, isUnspaced } from '../split-words.ts';
import { stemWord } from '../stem-word.ts';

/** One word of a question or of a text. */
export interface Word {
  /** What words are compared by: the stem, or the digits of a number. */
  key: string;
  kind: 'word' | 'name' | 'number';
  /** Whether nearly every English sentence has it. */
  little: boolean;
  /** As it is written, folded. */
  folded: string;
  /** Its place in the text, in UTF-16 units. */
  start: number;
  end: number;
}

const pieces =
  /\p{N}[\p{N}.,]*(?<=\p{N})(?:st|nd|rd|th|s)?(?![\p{L}])|[\p{L}\p{N}](?:[\p{L}\p{N}\p{M}]|['’](?=\p{L}))*/gu;
const spelled = new Map(
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty'
    .split(' ')
    .map((word, value) => [word, String(value)]),
);

/** The words of a text in order. A run of a script without spaces is read as its pairs of neighbouring characters. */
export function readWords(text: string): Word[] {
  return [...text.matchAll(pieces)].flatMap((match) => {
    const [written] = match;
    if (isUnspaced(written)) return readPairs(written, match.index);
    return [readWord(written, match.index, isSentenceStart(text, match.index))];
  });
}

function readWord(written: string, start: number, isFirst: boolean): Word {
  const folded = foldText(written).replace(/(n't|'(s|d|m|re|ve|ll))$/, '');
  const place = { folded, start, end: start + written.length };
  if (/^\p{N}/u.test(written)) return { ...place, key: digitsOf(folded), kind: 'number', little: false };
  const little = isFunctionWord(folded);
  const value = spelled.get(folded);
  if (value && folded !== 'one') return { ...place, key: value, kind: 'number', little };
  const isName = /^\p{Lu}/u.test(written) && !little && (!isFirst || /^\p{Lu}{2}/u.test(written));
  return { ...place, key: stemWord(folded), kind: isName ? 'name' : 'word', little };
}

function readPairs(written: string, start: number): Word[] {
  const characters = [...written];
  if (characters.length === 1) return [pairAt(written, start)];
  let at = start;
  return characters.slice(1).map((character, index) => {
    const before = characters[index] ?? '';
    const pair = pairAt(before + character, at);
    at += before.length;
    return pair;
  });
}

function pairAt(pair: string, start: number): Word {
  return { key: pair, kind: 'word', little: false, folded: pair, start, end: start + pair.length };
}

function digitsOf(folded: string): string {
  const bare = folded.replace(/(st|nd|rd|th|s)$/, '').replaceAll(/[,.](?=\p{N}{3}(?!\p{N}))/gu, '');
  return bare;
}

function isSentenceStart(text: string, at: number): boolean {
  return /(^|[.!?。！？:]["”’)\]]*\s+)["“‘([¿¡]*$/u.test(text.slice(Math.max(0, at - 8), at));
}
