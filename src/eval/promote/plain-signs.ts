/** A text with the signs that mean the same written the same. */
export interface PlainSigns {
  text: string;
  /** Where a part of it, such as what a pattern found, stands in the original: UTF-16 units. */
  place(start: number, end: number): { start: number; end: number };
}

/**
 * A text in which digits of any script are ASCII digits, spaces of any width spaces, dashes hyphens, and fullwidth and other wide forms of ASCII signs
 * ASCII; signs that nobody sees, such as a space without width, are left out. The rest is as it was.
 */
export function plainSigns(original: string): PlainSigns {
  if (isAscii.test(original)) return { text: original, place: (start, end) => ({ start, end }) };
  let text = '';
  const starts: number[] = [];
  const ends: number[] = [];
  let at = 0;
  for (const sign of original) {
    const plain = plainSign(sign);
    for (let unit = 0; unit < plain.length; unit += 1) {
      starts.push(at);
      ends.push(at + sign.length);
    }
    text += plain;
    at += sign.length;
  }
  return { text, place: (start, end) => ({ start: starts[start] ?? at, end: ends[end - 1] ?? at }) };
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are ASCII, too
const isAscii = /^[\x00-\x7f]*$/;

function plainSign(sign: string): string {
  if (isAscii.test(sign)) return sign;
  if (/\p{Nd}/u.test(sign)) return digitOf(sign);
  if (/[\p{Pd}\u2212]/u.test(sign)) return '-';
  if (/\p{Zs}/u.test(sign)) return ' ';
  if (/\p{Cf}/u.test(sign)) return '';
  if (/\p{No}/u.test(sign)) return sign;
  const wide = sign.normalize('NFKC');
  return /^[!-~]$/.test(wide) ? wide : sign;
}

/** Unicode has the ten digits of a script in a row, from 0, and rows only ever beside whole rows. */
function digitOf(sign: string): string {
  const code = sign.codePointAt(0) ?? 0;
  let first = code;
  while (/\p{Nd}/u.test(String.fromCodePoint(first - 1))) first -= 1;
  return String((code - first) % 10);
}
