import type { CountTokens } from './chunk.ts';

/** A part of a text, and the white space between it and the part before it. */
export interface Part {
  text: string;
  tokens: number;
  glue: string;
}

/** Cuts a text into its sentences, and those that are longer than `maxTokens` between words, or within where there is no other way. */
export function* splitText(
  text: string,
  maxTokens: number,
  countTokens: CountTokens,
  language?: string,
): Generator<Part> {
  let glue = '';
  for (const { index, segment: flat } of segmenter(language).segment(unwrap(text))) {
    const segment = text.slice(index, index + flat.length);
    const sentence = segment.trim();
    const start = sentence === '' ? segment.length : segment.indexOf(sentence);
    glue += segment.slice(0, start);
    if (sentence === '') continue;
    for (const part of splitRun(sentence, maxTokens, countTokens)) {
      yield { ...part, glue: glue + part.glue };
      glue = '';
    }
    glue = segment.slice(start + sentence.length);
  }
}

/** The text, as long as before, with a blank where a line goes on in the next: what begins in lower case begins no sentence. */
function unwrap(text: string): string {
  return text.replace(/\n(?=\p{Ll})/gu, ' ');
}

const segmenters = new Map<string, Intl.Segmenter>();

/** Of sentences; for a language that nobody knows, by the rules that all have in common. */
function segmenter(language = 'und'): Intl.Segmenter {
  const name = isLanguage(language) ? language : 'und';
  const found = segmenters.get(name) ?? new Intl.Segmenter(name, { granularity: 'sentence' });
  segmenters.set(name, found);
  return found;
}

function isLanguage(name: string): boolean {
  try {
    return Intl.getCanonicalLocales(name).length === 1;
  } catch {
    return false;
  }
}

/** Cuts a text into parts as long as they may be. Counts only what is near a cut, so that its time grows with the length alone. */
export function* splitRun(text: string, maxTokens: number, countTokens: CountTokens): Generator<Part> {
  let at = 0;
  let glue = '';
  while (at < text.length) {
    const length = fittingLength(text, at, maxTokens, countTokens);
    const cut = at + length === text.length ? text.length : goodCut(text, at, at + length);
    const part = text.slice(at, cut);
    const trimmed = part.trimEnd();
    if (trimmed) yield { text: trimmed, tokens: countTokens(trimmed), glue };
    glue = part.slice(trimmed.length);
    at = cut;
    while (/\s/.test(text[at] ?? '')) glue += text[at++];
  }
}

/** How many characters from `at` on are no more than `maxTokens`: nearly the most, found by how many a token has there. */
function fittingLength(text: string, at: number, maxTokens: number, countTokens: CountTokens): number {
  const left = text.length - at;
  let fitting = 1;
  let length = Math.min(left, maxTokens * 4);
  for (let tries = 0; tries < 6; tries++) {
    const tokens = countTokens(text.slice(at, at + length));
    const isFit = tokens <= maxTokens;
    if (isFit) fitting = length;
    if (isFit && (length === left || tokens > maxTokens * 0.9)) return length;
    const next = Math.min(
      left,
      maxTokens * charactersOfToken,
      Math.floor((length * maxTokens * 0.98) / Math.max(1, tokens)),
    );
    if (next <= fitting) return fitting;
    length = next;
  }
  return fitting > 1 ? fitting : shortLength(text, at, maxTokens, countTokens);
}

/** For text that is so uneven that its beginning tells nothing of it. */
function shortLength(text: string, at: number, maxTokens: number, countTokens: CountTokens): number {
  let length = maxTokens;
  while (length > 1 && countTokens(text.slice(at, at + length)) > maxTokens) length >>= 1;
  return length;
}

/** Long runs of one sign have many; nothing is gained by taking more of them. */
const charactersOfToken = 16;

/** The last place before `end` where a text may be cut: after a blank, if there is one in the last half; never within a character. */
function goodCut(text: string, start: number, end: number): number {
  const half = start + ((end - start) >> 1);
  for (let cut = end; cut > half; cut--)
    if (/\s/.test(text[cut] ?? '') || /\s/.test(text[cut - 1] ?? '')) return cut;
  for (let cut = end; cut > half; cut--) if (!continuesCharacter.test(text.slice(cut, cut + 2))) return cut;
  return isLowSurrogate(text, end) ? Math.max(end - 1, start + 1) || end + 1 : end;
}

/** Marks that belong to the letter before them, joiners, and second halves of pairs. */
const continuesCharacter = /^(\p{M}|\u200d|[\udc00-\udfff])/u;

function isLowSurrogate(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  return unit >= 0xdc00 && unit <= 0xdfff;
}
