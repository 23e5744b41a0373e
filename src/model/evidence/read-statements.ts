import { type Sentence, splitSentences } from './split-sentences.ts';

/** A sentence of a piece of a document, or what stands for one: a row of a table, a line of code. */
export interface Statement extends Sentence {
  /** The heading in the text above it, and the first row of its table. */
  under: string;
  /** Whether it can be quoted: neither a heading nor a part of a sentence. */
  isWhole: boolean;
}

type Kind = 'blank' | 'heading' | 'row' | 'separator' | 'item' | 'line';

interface Line {
  kind: Kind;
  text: string;
  start: number;
}

/** Lines of one paragraph, one item of a list or one table's row. */
interface Block {
  kind: Kind;
  lines: Line[];
}

/**
 * Cuts Markdown, or a text that was Markdown, into what it states. A sentence goes on over the ends of lines where the text is wrapped; a
 * row and a line of code are one each. A piece may begin and end in the middle of a sentence: that part is no statement.
 */
export function readStatements(text: string): Statement[] {
  const statements: Statement[] = [];
  let heading = '';
  let columns = '';
  for (const [at, block] of blocksOf(text).entries()) {
    const { kind } = block;
    if (kind === 'heading') heading = textOf(block, text);
    if (kind !== 'row') columns = '';
    const under = [heading, columns].filter(Boolean).join('. ');
    const found = sentencesOf(block, text).map((sentence, place) => ({
      ...sentence,
      under,
      isWhole: kind !== 'heading' && kind !== 'separator' && !(at + place === 0 && isRest(block, sentence)),
    }));
    statements.push(...found);
    if (kind === 'separator') columns = demote(statements, found.length);
  }
  return statements;
}

/** The row above the line that parts a table's head from its body: its words are what the rows below are under. */
function demote(statements: Statement[], own: number): string {
  statements.splice(statements.length - own);
  const head = statements.at(-1);
  if (!head?.text.startsWith('|')) return '';
  head.isWhole = false;
  return head.text;
}

/** A piece that begins with a small letter begins within a sentence. */
function isRest({ kind, lines }: Block, { text }: Sentence): boolean {
  return kind === 'line' && /^\p{Ll}/u.test(text) && isProse(lines);
}

function blocksOf(text: string): Block[] {
  const blocks: Block[] = [];
  let isOpen = false;
  for (const line of linesOf(text)) {
    const last = blocks.at(-1);
    if (line.kind === 'blank') isOpen = false;
    else if (line.kind === 'line' && isOpen && last) last.lines.push(line);
    else {
      blocks.push({ kind: line.kind, lines: [line] });
      isOpen = line.kind === 'line' || line.kind === 'item';
    }
  }
  return blocks.map((block, at) => (at < blocks.length - 1 && isTitle(block) ? { ...block, kind: 'heading' } : block));
}

function linesOf(text: string): Line[] {
  return [...text.matchAll(/[^\n]*\n?/g)].flatMap(({ 0: written, index }) =>
    written === '' ? [] : [{ kind: kindOf(written.trim()), text: written, start: index }],
  );
}

function kindOf(line: string): Kind {
  if (line === '') return 'blank';
  if (/^#{1,6}\s/.test(line)) return 'heading';
  if (/^\|[\s:|-]*-[\s:|-]*\|$/.test(line)) return 'separator';
  if (/^\|.*\|$/.test(line)) return 'row';
  return /^(?:[-*+•]|\d{1,3}[.)])\s/.test(line) ? 'item' : 'line';
}

const longestTitle = 12;
/** A sentence's end, and what may stand behind it. */
const ended = /[.!?。！？:：…]["”’')\]*_`]*$/;
const isCommand = /^(?:\$\s|npm |npx |curl |git |docker |sudo |export |[A-Z][A-Z0-9_]+=)|\\$/;

/** A short line by itself that begins as a title does and has no full stop. */
function isTitle({ kind, lines }: Block): boolean {
  const [only, more] = lines;
  if (kind !== 'line' || !only || more) return false;
  const text = only.text.trim();
  return (
    /^["“‘'¿¡(]?[\p{Lu}\p{Lo}\p{N}]/u.test(text) &&
    !/[.!。！:：…=;{}\\]["”’')]*$/.test(text) &&
    !isCommand.test(text) &&
    text.split(/\s+/).length <= longestTitle
  );
}

/** Whether lines are sentences rather than code: the last of them ends one. */
function isProse(lines: Line[]): boolean {
  const written = lines.map(({ text }) => text.trim());
  return ended.test(written.at(-1) ?? '') && !written.some((line) => isCommand.test(line));
}

function sentencesOf(block: Block, text: string): Sentence[] {
  const { kind, lines } = block;
  const start = lines[0]?.start ?? 0;
  const written = textOf(block, text);
  if (kind === 'row' || kind === 'heading' || kind === 'separator') return [placed(written, start, text)];
  if (kind === 'line' && lines.length > 1 && !isProse(lines)) return codeLines(block, text);
  const runs = unwrapped(lines);
  return splitSentences(runs).map(({ start: from, end }) => placed(written.slice(from, end), start + from, text));
}

/** The block's text with a blank for each end of a line at which no sentence ends, as long as it was. */
function unwrapped(lines: Line[]): string {
  return lines
    .map(({ text }, at) => {
      const next = lines[at + 1];
      return next && isWrapped(text.trim(), next.text.trim()) ? text.replace(/\r?\n$/, (end) => ' '.repeat(end.length)) : text;
    })
    .join('');
}

const shortestWrapped = 50;

function isWrapped(line: string, next: string): boolean {
  return line.length >= shortestWrapped || (/^[\p{Ll}`(]/u.test(next) && !ended.test(line));
}

/** The lines of code; one that ends with a backslash goes on. */
function codeLines(block: Block, text: string): Sentence[] {
  const runs: { from: number; end: number }[] = [];
  let goesOn = false;
  for (const { text: line, start } of block.lines) {
    const end = start + line.length;
    const last = runs.at(-1);
    if (goesOn && last) last.end = end;
    else runs.push({ from: start, end });
    goesOn = /\\\s*$/.test(line);
  }
  return runs.map(({ from, end }) => placed(text.slice(from, end), from, text));
}

function placed(written: string, from: number, text: string): Sentence {
  const inside = written.trim();
  const start = from + (written.length - written.trimStart().length);
  return { text: text.slice(start, start + inside.length), start, end: start + inside.length };
}

function textOf({ lines }: Block, text: string): string {
  const [first] = lines;
  const last = lines.at(-1);
  return first && last ? text.slice(first.start, last.start + last.text.length) : '';
}
