/** A text made ready for looking up many wordings in it. */
export interface Said {
  text: string;
  numbers: number[];
}

/**
 * Prepares a text: Unicode's compatibility form (NFKC) in lower case, one space for each white space, without Markdown's stars and back
 * ticks, with straight quotes and hyphens, and numbers without the signs between their thousands (`1,234`, `1’234`; a plain space
 * is none, as in `5 100`).
 */
export function readSaid(text: string): Said {
  const plain = normalize(text);
  return { text: plain, numbers: [...plain.matchAll(number)].map(([written]) => Number(written)) };
}

/**
 * Whether a text has a wording: as whole words and numbers, not as parts of them. `45` is neither in `457` nor in `45.7`, `1,450` or `-45`. A
 * wording that is a number is looked for by value: `4.5` is in `4.50`.
 */
export function hasWording({ text, numbers }: Said, wording: string): boolean {
  const wanted = normalize(wording);
  if (wanted === '') return false;
  if (/^-?\d+(?:\.\d+)?$/.test(wanted)) return numbers.includes(Number(wanted));
  return new RegExp(before(wanted) + literally(wanted) + after(wanted), 'u').test(text);
}

/** Not inside a word, a time, a fraction or a longer number. */
const notBefore = String.raw`(?<![\p{L}\p{N}\p{M}_]|\d[.,/]|(?<![\d.])\d{1,2}:)`;
const notBehind = String.raw`(?![\p{L}\p{N}\p{M}_]|[.,/]\d|:\d\d(?!\d))`;
/** A minus is one where nothing stands before it. */
const minus = String.raw`(?<![\p{L}\p{N}\p{M}_)-])-`;
const number = new RegExp(`${notBefore}(?:${minus})?\\d+(?:\\.\\d+)?${notBehind}`, 'gu');

/** Scripts that put no space between words. */
const unspaced = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]/u;

function before(wording: string): string {
  const first = [...wording][0] ?? '';
  if (/\p{N}/u.test(first)) return `${notBefore}(?<!${minus})`;
  return isLetter(first) ? String.raw`(?<![\p{L}\p{N}\p{M}_])` : '';
}

function after(wording: string): string {
  const last = [...wording].at(-1) ?? '';
  if (/\p{N}/u.test(last)) return notBehind;
  return isLetter(last) ? String.raw`(?![\p{L}\p{N}\p{M}_])` : '';
}

function isLetter(sign: string): boolean {
  return /[\p{L}\p{M}_]/u.test(sign) && !unspaced.test(sign);
}

function literally(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
}

function normalize(text: string): string {
  return text
    .replace(/(?<=\d)[\u00a0\u202f\u2009](?=\d{3}(?!\d))/gu, ',')
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[‘’ʼ]/gu, "'")
    .replace(/[“”„]/gu, '"')
    .replace(/[‐‑‒–—−]/gu, '-')
    .replace(/[*`]/g, '')
    .replace(/(?<![\d.,])\d{1,3}(?:[,']\d{3})+(?!\d)/g, (written) => written.replace(/[,']/g, ''))
    .replace(/\s+/gu, ' ')
    .trim();
}
