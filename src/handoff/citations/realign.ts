import type { Citation } from './citation.ts';

interface Place {
  start: number;
  end: number;
}

interface Mark extends Place {
  text: string;
}

/**
 * The citations of a text that a guard has changed, at their places in the new one. Marks are matched in their order, what stands between two
 * of them by how it begins and ends; a mark that the guard took out is no citation any more.
 */
export function realign(citations: Citation[], before: string, after: string): Citation[] {
  if (before === after) return citations;
  const pairs = matchMarks(marksIn(before), marksIn(after));
  const move = mover(before, after, pairs);
  const places = new Map(pairs.map(([from, to]) => [from.start, to]));
  return citations.flatMap((citation) => {
    const mark = places.get(citation.at);
    if (!mark) return [];
    const start = Math.min(move(citation.start), mark.start);
    return [{ ...citation, at: mark.start, start, end: Math.max(move(citation.end), mark.end) }];
  });
}

function marksIn(text: string): Mark[] {
  return [...text.matchAll(/\[\d+\]/g)].map(({ 0: mark, index }) => ({
    text: mark,
    start: index,
    end: index + mark.length,
  }));
}

/** The longest sequence of marks that both have. */
function matchMarks(before: Mark[], after: Mark[]): [Mark, Mark][] {
  const width = after.length + 1;
  const longest = new Uint16Array((before.length + 1) * width);
  const at = (i: number, j: number) => longest[i * width + j] ?? 0;
  for (let i = before.length - 1; i >= 0; i--) {
    for (let j = after.length - 1; j >= 0; j--) {
      longest[i * width + j] = isSame(before[i], after[j])
        ? at(i + 1, j + 1) + 1
        : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const pairs: [Mark, Mark][] = [];
  for (let i = 0, j = 0; i < before.length && j < after.length; ) {
    const [from, to] = [before[i], after[j]];
    if (from && to && isSame(from, to)) {
      pairs.push([from, to]);
      i++;
      j++;
    } else if (at(i + 1, j) >= at(i, j + 1)) i++;
    else j++;
  }
  return pairs;
}

function isSame(one: Mark | undefined, other: Mark | undefined): boolean {
  return one?.text === other?.text;
}

/** Where an offset of the old text lies in the new one. */
function mover(before: string, after: string, pairs: [Mark, Mark][]): (offset: number) => number {
  return (offset) => {
    const next = pairs.findIndex(([from]) => from.end > offset);
    const [last] = pairs.slice(next < 0 ? -1 : Math.max(0, next - 1), next < 0 ? undefined : next);
    const [from, to] = next === 0 || !last ? [0, 0] : [last[0].end, last[1].end];
    const [fromEnd, toEnd] = pairs[next]?.map(({ start }) => start) ?? [before.length, after.length];
    const old = before.slice(from, fromEnd);
    const fresh = after.slice(to, toEnd);
    return to + moveInside(old, fresh, Math.min(Math.max(offset - from, 0), old.length));
  };
}

/** Inside a piece that was changed somewhere: by what it begins with, or by what it ends with. */
function moveInside(old: string, fresh: string, offset: number): number {
  const most = Math.min(old.length, fresh.length);
  let head = 0;
  while (head < most && old[head] === fresh[head]) head++;
  if (offset <= head) return offset;
  let tail = 0;
  while (tail < most - head && old[old.length - 1 - tail] === fresh[fresh.length - 1 - tail]) tail++;
  return offset >= old.length - tail ? fresh.length - (old.length - offset) : head;
}
