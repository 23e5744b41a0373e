import type { ReadDocument } from '../read/document.ts';
import type { Chunk, ChunkOptions } from './chunk.ts';
import { fillChunks } from './fill-chunks.ts';
import { chunkMaker } from './make-chunk.ts';
import { piecesOf } from './pieces.ts';

/**
 * Cuts a document into passages of at most `maxTokens`: at headings, slides and sheets; then between blocks, sentences and rows; within those only
 * where one does not fit. Rows carry the header of their table into each chunk. All text is in a chunk, in order.
 *
 * The time grows with the length of the text. Throws a `RangeError` when `maxTokens` is less than 16.
 */
export function chunkDocument(document: ReadDocument, options: ChunkOptions): Chunk[] {
  return [...chunksOf(document, options)];
}

/** The same, chunk by chunk: for whoever has other things to do in between. */
export function* chunksOf(document: ReadDocument, options: ChunkOptions): Generator<Chunk> {
  if (!(options.maxTokens >= 16)) throw new RangeError('A chunk has at least 16 tokens.');
  const make = chunkMaker(document.title);
  for (const filled of fillChunks(piecesOf(document, options), options)) yield make(filled);
}
