/** A block of an answer's Markdown. `start` to `end` is all of it, `from` to `end` what it says. */
export interface Block {
  kind: 'paragraph' | 'item' | 'heading' | 'code' | 'table-head' | 'row' | 'rule';
  start: number;
  from: number;
  end: number;
}

interface Line {
  text: string;
  start: number;
  end: number;
}

const fence = /^\s{0,12}(`{3,}|~{3,})/;
const heading = /^\s{0,3}#{1,6}\s+|^\s*(?=(\*\*|__)[^*_]+\1:?\s*$)/;
const item = /^\s*(?:[-*+•‣–]|\d{1,3}[.)]|[a-zA-Z][.)])\s+(?:\[[ xX]\]\s+)?/;
const rule = /^\s*([-*_])(?:\s*\1){2,}\s*$/;
const row = /^\s*\|.*\|\s*$/;
const quoted = /^\s*(?:>\s?)+/;

/** The blocks of a text, in order: each item of a list, each row of a table and each block of code is one. Takes one pass. */
export function readBlocks(text: string): Block[] {
  const blocks: Block[] = [];
  const lines = linesOf(text);
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] as Line; // within bounds
    const code = fence.exec(line.text);
    if (code) {
      const last = endOfCode(lines, at, code[1] ?? '');
      blocks.push({ kind: 'code', start: line.start, from: line.start, end: lines[last]?.end ?? line.end });
      at = last;
    } else if (line.text.trim()) addLine(blocks, line, lines[at + 1], lines[at - 1]);
  }
  return blocks;
}

function linesOf(text: string): Line[] {
  return [...text.matchAll(/[^\n]+|\n(?=\n)/g)].flatMap(({ 0: written, index }) =>
    written === '\n'
      ? [{ text: '', start: index, end: index }]
      : [{ text: written, start: index, end: index + written.trimEnd().length }],
  );
}

/** The line that closes a block of code, or the last one. */
function endOfCode(lines: Line[], from: number, mark: string): number {
  for (let at = from + 1; at < lines.length; at++) {
    const { text } = lines[at] as Line; // within bounds
    if (text.trim().startsWith(mark) && /^\s*[`~]+\s*$/.test(text)) return at;
  }
  return lines.length - 1;
}

function addLine(blocks: Block[], line: Line, next: Line | undefined, before: Line | undefined): void {
  const { start, end, text } = line;
  const last = blocks.at(-1);
  if (last && goesOn(last, line, before)) {
    last.end = end;
    return;
  }
  const { kind, prefix } = kindOf(text, next);
  blocks.push({ kind, start, from: start + prefix.length, end });
}

/** What a line begins, and what stands in front of what it says. */
function kindOf(text: string, next: Line | undefined): { kind: Block['kind']; prefix: string } {
  const isAbove = next !== undefined && isSeparator(next.text) && next.text.includes('|');
  if (row.test(text)) return { kind: isAbove ? 'table-head' : 'row', prefix: '' };
  if (rule.test(text)) return { kind: 'rule', prefix: '' };
  const title = heading.exec(text);
  if (title) return { kind: 'heading', prefix: title[0] };
  const entry = item.exec(text);
  if (entry) return { kind: 'item', prefix: entry[0] };
  return { kind: 'paragraph', prefix: quoted.exec(text)?.[0] ?? /^\s*/.exec(text)?.[0] ?? '' };
}

/** The line between a table's head and its rows. */
function isSeparator(text: string): boolean {
  return text.includes('-') && /^[\s:|-]*$/.test(text);
}

/** Whether a line belongs to the block before it: the line under a table's head, or one more line of a paragraph or an item. */
function goesOn(last: Block, { text }: Line, before: Line | undefined): boolean {
  if (before?.end !== last.end || before.text.trim() === '') return false;
  if (last.kind === 'table-head') return isSeparator(text);
  return (last.kind === 'paragraph' || last.kind === 'item') && kindOf(text, undefined).kind === 'paragraph';
}
