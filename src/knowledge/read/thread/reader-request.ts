import type { Chunk } from '../../chunk/chunk.ts';
import type { Links } from '../../crawl/find-links.ts';
import type { Block } from '../document.ts';
import type { DocumentErrorCode } from '../document-error.ts';
import type { BytesOptions } from '../read-bytes.ts';

/** What is sent to the thread: one request, then `'more'` after each part, so that the other side is never flooded. */
export type ReaderRequest = { source: ThreadSource; options: BytesOptions } & (
  | { do: 'read' }
  | { do: 'chunk'; chunks: ChunkSettings }
  | { do: 'links'; url: string }
);

export type ThreadSource = { bytes: Uint8Array } | { file: string };

/** Chunk limits as they travel: the tokenizer is opened in the thread, by the name of the model. */
export interface ChunkSettings {
  model: string;
  maxTokens: number;
  overlapTokens?: number;
}

/** What the thread says. */
export type ReaderAnswer =
  | { say: 'progress'; done: number; total: number }
  | { say: 'blocks'; blocks: Block[] }
  | { say: 'chunks'; chunks: Chunk[] }
  /** The last word of a request that went well: facts of the document, or its links. */
  | { say: 'end'; result: Record<string, unknown> | Links }
  | { say: 'refused'; code: DocumentErrorCode; message: string; cause: string }
  /** A fault of ours. */
  | { say: 'failed'; message: string };
