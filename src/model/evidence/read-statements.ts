import { type Sentence, splitSentences } from './split-sentences.ts';

/** A sentence of a piece of a document, or what stands for one: a row of a table, a line of code. */
export interface Statement extends Sentence {
  /** The heading in the text above it; empty where none is. */
  heading: string;
  /** That heading, the words that lead to its list or code, and the first row of its table. */
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
  /** Whether a blank line stands before it. */
  isApart: boolean;
}

/**
 * Cuts Markdown, or a text that was Markdown, into what it states. A sentence goes on over the ends of lines where the text is wrapped; a
 * row and a line of code are one each. A piece may begin and end in the middle of a sentence: that part is no statement.
 */
export function readStatements(text: string): Statement[] {
  const statements: Statement[] = [];
  let [heading, lead, columns] = ['', '', ''];
  for (const [at, block] of blocksOf(text).entries()) {
    const { kind } = block;
    if (kind === 'heading') heading = textOf(block, text);
    if (kind === 'heading' || (kind === 'line' && isProse(block.lines))) lead = '';
    if (kind !== 'row') columns = '';
    const under = [heading, lead, columns].filter(Boolean).join('. ');
    const found = sentencesOf(block, text).map((sentence, place) => ({
      ...sentence,
      heading,
      under,
      isWhole: kind !== 'heading' && kind !== 'separator' && !isPart(block, sentence, at + place === 0),
    }));
    statements.push(...found);
    if (kind === 'line' && leads.test(found.at(-1)?.text ?? '')) lead = found.at(-1)?.text ?? '';
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

/** A piece that begins with a small letter begins within a sentence; a line of code that opens, closes or lists something is a part of more. */
function isPart({ kind, lines }: Block, { text }: Sentence, isFirst: boolean): boolean {
  if (kind !== 'line') return false;
  if (!isProse(lines)) return /[,;{[(\\]$|^[}\])"{\\]|-->/.test(text);
  return (isFirst && /^\p{Ll}/u.test(text)) || (isWrapped(lines) && !ended.test(text));
}

function blocksOf(text: string): Block[] {
  const blocks: Block[] = [];
  let isOpen = false;
  for (const line of linesOf(text)) {
    const last = blocks.at(-1);
    if (line.kind === 'blank') isOpen = false;
    else if (isOpen && last && goesOn(last, line)) last.lines.push(line);
    else {
      blocks.push({ kind: line.kind, lines: [line], isApart: !isOpen });
      isOpen = line.kind === 'line' || line.kind === 'item';
    }
  }
  return blocks.map((block, at) =>
    blocks[at + 1]?.isApart && isTitle(block) && isDone(blocks[at - 1])
      ? { ...block, kind: 'heading' }
      : block,
  );
}

/** `2) and so on` on a line by itself is an item only where the text before it has come to an end. */
function goesOn(last: Block, { kind, text }: Line): boolean {
  if (kind === 'line') return true;
  return (
    kind === 'item' && last.kind === 'line' && /^\s*\d+[.)]\s+\p{Ll}/u.test(text) && !isEnded(last.lines)
  );
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

/** A sentence's end, and what may stand behind it. */
const ended = /[.!?。！？:：…]["”’')\]*_`]*$/;
const leads = /[:：]["”*_]*$/;
const isCommand = /^(?:\$\s|npm |npx |curl |git |docker |sudo |export |[A-Z][A-Z0-9_]+=)|\\$/;
const longestTitle = 12;
const shortestWrapped = 50;

/** Whether what stands before a title has come to its end. */
function isDone(before: Block | undefined): boolean {
  return before?.kind !== 'line' || isEnded(before.lines) || !isProse(before.lines);
}

/** A short line by itself that begins as a title does and has no full stop. */
function isTitle({ kind, lines }: Block): boolean {
  const [only, more] = lines;
  if (kind !== 'line' || !only || more) return false;
  const text = only.text.trim();
  return (
    /^["“‘'¿¡(]?[\p{Lu}\p{Lo}\p{N}]/u.test(text) &&
    !/[.!。！:：…=;{}\\]["”’')]*$/.test(text) &&
    !isCommand.test(text) &&
    /\p{L}{2}|\p{Lo}/u.test(text) &&
    text.split(/\s+/).length <= longestTitle
  );
}

const codeLike = /[{}\\=<>$]|;$|^[\w.-]+:(?:\s|$)|(?:^|\s)--?\w|^#\s|\w\(/;

/** Whether lines are sentences rather than code: the last of them ends one, or is cut off and the most do not look like code. */
function isProse(lines: Line[]): boolean {
  const written = lines.map(({ text }) => text.trim());
  if (written.some((line) => isCommand.test(line))) return false;
  if (isEnded(lines)) return true;
  const bare = written
    .join('\n')
    .replaceAll(/`[^`]*`/g, '')
    .split('\n');
  return (
    lines.length > 1 &&
    bare.filter((line) => codeLike.test(line)).length * 2 < bare.length &&
    bare.some((line) => line.length >= shortestWrapped)
  );
}

function isEnded(lines: Line[]): boolean {
  return ended.test(lines.at(-1)?.text.trim() ?? '');
}

function sentencesOf(block: Block, text: string): Sentence[] {
  const { kind, lines } = block;
  const start = lines[0]?.start ?? 0;
  const written = textOf(block, text);
  if (kind === 'row' || kind === 'heading' || kind === 'separator') return [placed(written, start, text)];
  if (kind === 'line' && lines.length > 1 && !isProse(lines)) return codeLines(block, text);
  const runs = unwrapped(block);
  return splitSentences(runs).map(({ start: from, end }) =>
    placed(written.slice(from, end), start + from, text),
  );
}

/** The block's text with a blank for each end of a line at which it only goes on, as long as it was. */
function unwrapped({ kind, lines }: Block): string {
  const isJoined = kind === 'item' || isWrapped(lines);
  return lines.map(({ text }) => (isJoined ? text.replace(/[\r\n]/g, ' ') : text)).join('');
}

/**
 * Whether a text was broken into lines for its width: behind a line that ends no sentence stands a small letter, or behind most of these a word for
 * which there was no room.
 */
function isWrapped(lines: Line[]): boolean {
  const written = lines.map(({ text }) => text.trim());
  const width = Math.max(shortestWrapped, ...written.map(({ length }) => length));
  const ends = written
    .slice(0, -1)
    .map((line, at) => ({ line, next: written[at + 1] ?? '' }))
    .filter(({ line }) => !ended.test(line));
  const full = ends.filter(
    ({ line, next }) => line.length + 1 + (/^\S+/.exec(next)?.[0].length ?? 0) > width,
  );
  return ends.some(({ next }) => /^\p{Ll}/u.test(next)) || full.length * 2 > ends.length;
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
