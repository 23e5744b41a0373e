import { splitSentences } from '../../model/evidence/split-sentences.ts';
import { addressesIn } from './addresses.ts';
import { findMarks, type Mark, outsideOf, withoutMarks } from './find-marks.ts';
import { type Block, readBlocks } from './read-blocks.ts';

/** A sentence of an answer, or what stands for one: a heading, a table's row, a block of code. Its marks belong to it. */
export interface Unit {
  start: number;
  end: number;
  block: Block;
  marks: Mark[];
  /** What it says, without its marks and Markdown's signs. */
  text: string;
}

/** The units of an answer, in order. A mark behind a sentence's full stop is the sentence's. */
export function readUnits(text: string): { blocks: Block[]; units: Unit[] } {
  const blocks = readBlocks(text);
  const marks = findMarks(
    text,
    blocks.filter(({ kind }) => kind === 'code'),
  );
  const bare = withoutMarks(text, marks).replaceAll('\n', ' ');
  let next = 0;
  const units = blocks.flatMap((block) => {
    const own: Mark[] = [];
    for (let mark = marks[next]; mark && mark.start < block.end; mark = marks[++next])
      if (mark.end > block.start) own.push(mark);
    return unitsOf(block, own, text, bare);
  });
  return { blocks, units };
}

function unitsOf(block: Block, marks: Mark[], text: string, bare: string): Unit[] {
  if (block.kind === 'rule') return [];
  const starts = block.kind === 'paragraph' || block.kind === 'item' ? startsOf(block, bare) : [block.from];
  const ends = [...starts.slice(1), block.end];
  const marksOf = inOrder(marks);
  return starts.map((start, at) => {
    const end = start + text.slice(start, ends[at]).trimEnd().length;
    return { start, end, block, marks: marksOf(start, end), text: plain(bare.slice(start, end)) };
  });
}

/** The marks that begin in a place; places are asked for in order, so that many take no longer than they are long. */
function inOrder(marks: Mark[]): (start: number, end: number) => Mark[] {
  let next = 0;
  const nextFrom = (place: number): number => {
    while ((marks[next]?.start ?? Number.POSITIVE_INFINITY) < place) next++;
    return next;
  };
  return (start, end) => marks.slice(nextFrom(start), nextFrom(end));
}

/** Where the sentences of a block begin, none inside an address; the first begins where the block does, whatever stands before its first word. */
function startsOf({ from, end }: Block, bare: string): number[] {
  const text = bare.slice(from, end);
  const isOutside = outsideOf(addressesIn(text));
  const starts = splitSentences(text)
    .slice(1)
    .map(({ start }) => start);
  return [
    from,
    ...starts.filter((start) => isOutside({ start, end: start + 1 })).map((start) => from + start),
  ];
}

function plain(text: string): string {
  return text
    .replace(/\*\*|__|~~|[*`|]|^\s*>\s?/g, ' ')
    .replace(/\s+/g, ' ')
    .replace(/ (?=[.,;:!?](?![\p{L}\p{N}]))/gu, '')
    .trim();
}
