import type { ChunkOptions } from './chunk.ts';
import type { Piece } from './piece.ts';
import { splitText } from './split-text.ts';

/** The last sentences of a chunk, as many as `overlapTokens` permits, to be said again in the next. */
export function overlapOf(
  pieces: Piece[],
  { overlapTokens = 0, maxTokens, countTokens }: ChunkOptions,
): Piece[] {
  const last = pieces.at(-1);
  if (overlapTokens <= 0 || last?.kind !== 'text') return [];
  const taken: Piece[] = [];
  let tokens = 0;
  for (const sentence of [...splitText(last.text, maxTokens, countTokens)].reverse()) {
    tokens += sentence.tokens;
    if (tokens > overlapTokens) break;
    taken.unshift({ ...last, ...sentence, repeated: true });
  }
  return taken;
}
