import type { Citation } from './citation.ts';
import { describePassage } from './describe-passage.ts';
import type { FoundPassage } from './found-passages.ts';
import type { Ground, Statement } from './read-answer.ts';
import type { Block } from './read-blocks.ts';
import type { Unit } from './read-units.ts';

/** A page that is written from blocks of another text, with citations in the place of its marks. `kept` are the units that will be on it. */
export function openPage(source: string, { found, sentences }: Ground, kept: Set<Unit>) {
  const numbers = new Map<string, number>();
  const citations: Citation[] = [];
  let text = '';
  let end = 0;
  /** Whether something between the last block and the next is left out: without an empty line they would become one. */
  let isTorn = false;
  let above: Block['kind'] | undefined;

  function add(block: Block, statements: Statement[], rules: boolean): void {
    const gap = source.slice(end, block.start);
    end = block.end;
    const [first] = statements;
    if (!first && !(block.kind === 'rule' && rules)) {
      isTorn = true;
      return;
    }
    if (text)
      text +=
        isTorn && !(block.kind === above && block.kind !== 'paragraph')
          ? '\n\n'
          : gap.replace(/\n{3,}/g, '\n\n') || '\n';
    isTorn = false;
    above = block.kind;
    if (!first) text += source.slice(block.start, block.end);
    else addBlock(block, statements, first);
  }

  function addBlock(block: Block, statements: Statement[], first: Statement): void {
    text += source.slice(block.start, block.from);
    let open: number | undefined;
    for (const statement of statements) {
      if (statement !== first) text += spaceBefore(statement, source);
      open ??= text.length;
      const before = citations.length;
      addUnit(statement);
      addLost(statement);
      for (const citation of citations.slice(before))
        Object.assign(citation, { start: open, end: text.length });
      if (citations.length > before || statement.part !== 'stated') open = undefined;
    }
    if (block.kind === 'table-head') text += source.slice(first.unit.end, block.end);
  }

  /** A unit with its marks rewritten; a mark that names nothing goes, with the space before it. */
  function addUnit({ unit }: Statement): void {
    let at = unit.start;
    for (const mark of unit.marks) {
      const words = source.slice(at, mark.start);
      const known = mark.ids.flatMap((id) => found.passages.get(id) ?? []);
      text += known.length > 0 ? words : words.trimEnd();
      for (const passage of known) addMark(passage, unit.text);
      at = mark.end;
    }
    text += source.slice(at, unit.end);
  }

  /** What was cited for a unit and is gone with another: the marks come here. */
  function addLost({ unit, via, by }: Statement): void {
    if (!via || kept.has(via)) return;
    const passages = by.map((id) => found.passages.get(id)).filter((passage) => passage !== undefined);
    if (passages.length > 0) text += ' ';
    for (const passage of passages) addMark(passage, unit.text);
  }

  /** By what is said and the passage: a unit may cite one many times. */
  const described = new Map<string, Map<string, ReturnType<typeof describePassage>>>();
  function describe(passage: FoundPassage, said: string): ReturnType<typeof describePassage> {
    const ofSaid = described.get(said) ?? new Map<string, ReturnType<typeof describePassage>>();
    const known = ofSaid.get(passage.id) ?? describePassage(passage, sentences.get(passage.id) ?? [], said);
    described.set(said, ofSaid.set(passage.id, known));
    return known;
  }

  function addMark(passage: FoundPassage, said: string): void {
    const marker = numbers.get(passage.id) ?? numbers.size + 1;
    numbers.set(passage.id, marker);
    citations.push({
      marker,
      at: text.length,
      ...describe(passage, said),
    });
    text += `[${marker}]`;
  }

  return { add, finish: () => finished(text, citations) };
}

function spaceBefore({ unit }: Statement, source: string): string {
  let at = unit.start;
  while (at > 0 && /\s/.test(source[at - 1] ?? '')) at--;
  return source.slice(at, unit.start) || ' ';
}

const codeOrMark = /(`{3,}|~{3,})[\s\S]*?(?:\1|$)|`[^`\n]+`|\[([1-9]\d{0,2})\]/g;

/** The white space around a page is no part of it; what looks like a mark on it and is none gets other brackets. */
function finished(page: string, citations: Citation[]): { text: string; citations: Citation[] } {
  const marks = new Set(citations.map(({ at }) => at));
  const text = page.replace(codeOrMark, (written, _fence, number, at) =>
    number === undefined || marks.has(at) ? written : `(${number})`,
  );
  const shift = text.length - text.trimStart().length;
  const moved = citations.map((one) => ({
    ...one,
    at: one.at - shift,
    start: one.start - shift,
    end: one.end - shift,
  }));
  return { text: text.trim(), citations: moved };
}
