import { joinLines } from './join-lines.ts';
import type { Line } from './page-lines.ts';

export interface Paragraph {
  text: string;
  /** Of its letters, in the page's units. */
  size: number;
  kind: 'text' | 'item';
  ordered: boolean;
}

/** Joins the lines of a page that belong together: of one size, as close as the lines of the page are, and not begun by a bullet. */
export function pageParagraphs(lines: Line[], hyphenated: ReadonlySet<string>): Paragraph[] {
  const spacing = usualSpacing(lines);
  const groups: Line[][] = [];
  for (const [at, line] of lines.entries()) {
    const above = lines[at - 1];
    const group = groups.at(-1);
    if (group && above && belongs(group, above, line, spacing)) group.push(line);
    else groups.push([line]);
  }
  return groups.map((group) => paragraphOf(group, hyphenated));
}

function paragraphOf(group: Line[], hyphenated: ReadonlySet<string>): Paragraph {
  const text = joinLines(
    group.map((line) => line.text),
    hyphenated,
  );
  const marked = bullet.exec(text) ?? number.exec(text);
  const size = Math.max(...group.map((line) => line.size));
  const isItem = marked !== null && text.length > marked[0].length;
  const isBullet = isItem && bullet.test(text);
  return {
    text: isBullet ? text.slice(marked[0].length) : text,
    size,
    kind: isItem ? 'item' : 'text',
    ordered: isItem && !isBullet,
  };
}

const bullet = /^[•◦▪▫■□‣⁃∙●○\uf0b7\uf0a7]\s*/;
const number = /^(?:\d{1,2}|[a-z])[.)]\s+(?=\S)/;

function belongs(group: Line[], above: Line, line: Line, spacing: number): boolean {
  const isNumbered =
    number.test(line.text) && (endsSentence(above.text) || number.test(group[0]?.text ?? ''));
  if (bullet.test(line.text) || isNumbered) return false;
  if (Math.abs(above.size - line.size) > above.size * 0.12) return false;
  const gap = above.y - line.y;
  if (gap < 0) return continues(above.text, line.text);
  if (gap > spacing * line.size * 1.35) return false;
  const isIndented = line.left > above.left + line.size * 0.8;
  return !(isIndented && endsSentence(above.text));
}

/** From the foot of a column to the head of the next. */
function continues(above: string, line: string): boolean {
  return !endsSentence(above) && /^\p{Ll}/u.test(line);
}

function endsSentence(text: string): boolean {
  return /[.!?:;。！？：；"”»)]$/.test(text);
}

/** From line to line, in sizes of their letters; 1.3 where a page has too little to tell. */
function usualSpacing(lines: Line[]): number {
  const gaps = lines
    .slice(1)
    .map((line, at) => ((lines[at]?.y ?? 0) - line.y) / line.size)
    .filter((gap) => gap > 0.5 && gap < 3)
    .sort((one, other) => one - other);
  return gaps.length < 4 ? 1.3 : (gaps[Math.floor(gaps.length / 3)] ?? 1.3);
}
