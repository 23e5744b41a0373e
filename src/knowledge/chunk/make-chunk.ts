import { createHash } from 'node:crypto';
import type { Chunk, Range } from './chunk.ts';
import type { Filled } from './fill-chunks.ts';
import type { Piece } from './piece.ts';

/** Makes the chunks of one document, in order. */
export function chunkMaker(title: string | undefined): (filled: Filled) => Chunk {
  const times = new Map<string, number>();
  let position = 0;
  return ({ pieces, text, tokens }) => {
    const headings = sharedHeadings(pieces);
    const content = hash([title ?? '', headings, text]);
    const before = times.get(content) ?? 0;
    times.set(content, before + 1);
    const pages = rangeOf(pieces, 'page');
    const slides = rangeOf(pieces, 'slide');
    const sheet = pieces[0]?.place.sheet;
    return {
      id: before === 0 ? content : hash([content, before]),
      position: position++,
      text,
      tokens,
      ...(title ? { title } : {}),
      headings,
      ...(pages ? { pages } : {}),
      ...(slides ? { slides } : {}),
      ...(sheet === undefined ? {} : { sheet }),
    };
  };
}

/** 128 bits: two texts of one tenant do not meet in them. */
function hash(content: unknown): string {
  return createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 32);
}

/** A heading stands under itself here, so that a section's chunk is found by its own heading. */
function sharedHeadings(pieces: Piece[]): string[] {
  const content = pieces.some(({ kind }) => kind !== 'heading')
    ? pieces.filter(({ kind }) => kind !== 'heading')
    : pieces;
  const [first, ...others] = content.map(({ place }) => place.headings);
  const shared = first?.findIndex((heading, at) => others.some((path) => path[at] !== heading)) ?? 0;
  return shared < 0 ? [...(first ?? [])] : (first ?? []).slice(0, shared);
}

function rangeOf(pieces: Piece[], what: 'page' | 'slide'): Range | undefined {
  const numbers = pieces.flatMap(({ place }) => place[what] ?? []);
  return numbers.length === 0 ? undefined : { from: Math.min(...numbers), to: Math.max(...numbers) };
}
