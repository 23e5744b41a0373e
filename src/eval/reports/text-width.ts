const graphemes = new Intl.Segmenter('und', { granularity: 'grapheme' });

/** Two columns wide: East Asian scripts, their punctuation and full-width forms (UAX 11), and emoji. */
const wide =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}\p{Script=Yi}\p{Emoji_Presentation}\u2e80-\u303e\u3099-\u33ff\uff01-\uff60\uffe0-\uffe6]|\ufe0f/u;

/** Nothing of it takes a column by itself. */
const unseen = /^[\p{M}\p{Cf}]+$/u;

/** How many columns of a terminal a line takes. */
export function textWidth(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  let width = 0;
  for (const { segment } of graphemes.segment(text)) width += widthOf(segment);
  return width;
}

/** The text, cut off with an ellipsis where it is wider. */
export function shorten(text: string, width: number): string {
  if (text.length <= width && textWidth(text) <= width) return text;
  let [kept, used] = ['', 0];
  for (const { segment } of graphemes.segment(text)) {
    used += widthOf(segment);
    if (used > width - 1) break;
    kept += segment;
  }
  return width > 0 ? `${kept.trimEnd()}…` : '';
}

/** The text in exactly so many columns. */
export function pad(text: string, width: number, side: 'left' | 'right' = 'left'): string {
  const fitting = shorten(text, width);
  const space = ' '.repeat(Math.max(0, width - textWidth(fitting)));
  return side === 'left' ? fitting + space : space + fitting;
}

/** The text in lines of at most so many columns, broken at spaces where there are any; what needs more than `most` lines is cut off. */
export function wrap(text: string, width: number, most: number): string[] {
  const lines: string[] = [];
  let rest = text.slice(0, width * (most + 1)).trim();
  while (rest !== '' && lines.length < most) {
    const cut = lines.length === most - 1 ? rest.length : breakAt(rest, width);
    lines.push(cut === rest.length ? shorten(rest, width) : rest.slice(0, cut).trimEnd());
    rest = rest.slice(cut).trimStart();
  }
  return lines;
}

function breakAt(text: string, width: number): number {
  let [used, end, space] = [0, 0, 0];
  for (const { segment, index } of graphemes.segment(text)) {
    used += widthOf(segment);
    if (used > width && end > 0) return space || end;
    if (segment === ' ') space = index;
    end = index + segment.length;
  }
  return text.length;
}

function widthOf(grapheme: string): number {
  return unseen.test(grapheme) ? 0 : wide.test(grapheme) ? 2 : 1;
}
