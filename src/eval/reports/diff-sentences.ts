import { diffArrays } from 'diff';
import { splitSentences } from '../../model/evidence/split-sentences.ts';

/** `prose`: Markdown, with front matter or without. `lines`: YAML, code and whatever else has lines that mean something. */
export type TextForm = 'prose' | 'lines';

export interface SentenceDiff {
  removed: string[];
  added: string[];
}

/**
 * What a text lost and gained, sentence by sentence, in the order of the text. In prose a paragraph that is wrapped otherwise is the same, an
 * item of a list counts as a whole, and front matter, tables and code count by line. Empty lines and space within a line never count;
 * how far a line of front matter or code is indented does. Texts that differ in more than `mostEdits` of these, and those that have more
 * than 5,000, are all removed and all added.
 */
export function diffSentences(
  before: string,
  after: string,
  form: TextForm = 'prose',
  mostEdits = 500,
): SentenceDiff {
  const cut = form === 'prose' ? unitsOfMarkdown : unitsOfLines;
  const [was, is] = [cut(before), cut(after)];
  const parts = Math.max(was.length, is.length) > mostUnits ? undefined : compare(was, is, mostEdits);
  if (!parts)
    return was.join('\n') === is.join('\n') ? { removed: [], added: [] } : { removed: was, added: is };
  return {
    removed: parts.flatMap(({ removed, value }) => (removed ? value : [])),
    added: parts.flatMap(({ added, value }) => (added ? value : [])),
  };
}

/** The work of a comparison grows with the edits times these. */
const mostUnits = 5_000;

function compare(was: string[], is: string[], maxEditLength: number) {
  // What one side does not have needs no search.
  if (was.length === 0 || is.length === 0) return undefined;
  return diffArrays(was, is, { maxEditLength });
}

function unitsOfLines(text: string): string[] {
  return text.split(/\r\n?|\n/).flatMap((line) => (line.trim() ? [oneLine(line)] : []));
}

/** A front matter, then what follows it. */
const frontMatter = /^\uFEFF?---[ \t]*\r?\n([\s\S]*?)\r?\n---[ \t]*(?:\r?\n|$)/;

function unitsOfMarkdown(text: string): string[] {
  const head = frontMatter.exec(text);
  if (!head) return unitsOfBody(text);
  return [...unitsOfLines(head[1] ?? ''), ...unitsOfBody(text.slice(head[0].length))];
}

/** Lines that go on as one paragraph or one item of a list until something else begins. */
interface Block {
  item: boolean;
  lines: string[];
}

function unitsOfBody(text: string): string[] {
  const units: string[] = [];
  let block: Block = { item: false, lines: [] };
  let fence: string | undefined;
  const close = (next: Block = { item: false, lines: [] }) => {
    for (const unit of unitsOfBlock(block)) units.push(unit);
    block = next;
  };
  for (const line of text.split(/\r\n?|\n/)) {
    const mark = /^\s*(`{3,}|~{3,})/.exec(line)?.[1];
    if (fence !== undefined || mark !== undefined) {
      close();
      units.push(...unitsOfLines(line));
      if (fence === undefined) fence = mark;
      else if (mark?.startsWith(fence)) fence = undefined;
    } else if (line.trim() === '') close();
    else if (standsAlone.test(line)) {
      close();
      units.push(oneLine(line.trim()));
    } else if (beginsItem.test(line)) close({ item: true, lines: [line] });
    else block.lines.push(line);
  }
  close();
  return units;
}

/** A heading, a row of a table, a rule, a line of HTML. */
const standsAlone = /^\s*(?:#{1,6}\s|\||<|(?:[-*_]\s*){3,}$)/;
const beginsItem = /^\s*(?:[-*+]|\d{1,9}[.)])\s+\S/;

function unitsOfBlock({ item, lines }: Block): string[] {
  const text = lines.map((line) => line.trim().replaceAll(/\s+/g, ' ')).join(' ');
  if (text === '') return [];
  return item ? [text] : splitSentences(text).map((sentence) => sentence.text);
}

/** The same line with single spaces within it, and as far indented as it was. */
function oneLine(line: string): string {
  const indent = /^\s*/.exec(line)?.[0] ?? '';
  return indent + line.trim().replaceAll(/\s+/g, ' ');
}
