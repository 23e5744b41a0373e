import { availableParallelism } from 'node:os';
import type { Chunk } from '../chunk/chunk.ts';
import type { Links } from '../crawl/find-links.ts';
import type { Block, ReadDocument } from './document.ts';
import { DocumentError } from './document-error.ts';
import type { BytesOptions } from './read-bytes.ts';
import { defaultLimits, type ReadLimits } from './read-limits.ts';
import { openThreads, type ThreadsOptions } from './thread/open-threads.ts';
import type { ChunkSettings, ThreadSource } from './thread/reader-request.ts';

/** Bytes as they come, or a file of ours. */
export type Source = Uint8Array | AsyncIterable<Uint8Array> | { file: string };

export interface ReadOptions extends Omit<BytesOptions, 'limits'> {
  /** Those that differ from `defaultLimits`. */
  limits?: Partial<ReadLimits>;
  signal?: AbortSignal;
  /** Pages, slides, sheets or chapters. */
  onProgress?(done: number, total: number): void;
}

/** Reads documents beside everything else: nobody waits for one, and one that brings its thread down harms no other. */
export interface Readers {
  /** Rejects with a `DocumentError` for whatever is wrong with the document, and with the signal's reason. */
  readDocument(source: Source, options?: ReadOptions): Promise<ReadDocument>;
  /** Reads it and cuts it into chunks, of which alone it gives the text. Rejects as `readDocument`. */
  readChunks(source: Source, options: ReadOptions & { chunks: ChunkSettings }): Promise<ChunkedDocument>;
  /** What a page or a sitemap refers to. Rejects as `readDocument`. */
  findLinks(source: Uint8Array, url: string, options?: ReadOptions): Promise<Links>;
  close(): Promise<void>;
}

export type ChunkedDocument = Omit<ReadDocument, 'blocks'> & { chunks: Chunk[] };

export function openReaders(settings: Partial<ThreadsOptions> = {}): Readers {
  const threads = openThreads({ threads: Math.max(1, availableParallelism() - 1), memory: 768, ...settings });

  async function begin(source: Source, options: ReadOptions) {
    const { signal, onProgress, limits: own, ...rest } = options;
    const limits = { ...defaultLimits, ...own };
    const blocks: Block[] = [];
    const chunks: Chunk[] = [];
    return {
      blocks,
      chunks,
      request: { source: await threadSource(source, limits.bytes, signal), options: { ...rest, limits } },
      watch: {
        seconds: limits.seconds,
        signal,
        hear(answer: Parameters<Parameters<typeof threads.run>[1]['hear']>[0]) {
          if (answer.say === 'progress') onProgress?.(answer.done, answer.total);
          else if (answer.say === 'blocks') for (const block of answer.blocks) blocks.push(block);
          else for (const chunk of answer.chunks) chunks.push(chunk);
        },
      },
    };
  }

  return {
    async readDocument(source, options = {}) {
      const { request, watch, blocks } = await begin(source, options);
      const facts = await threads.run({ ...request, do: 'read' }, watch);
      return { ...(facts as Omit<ReadDocument, 'blocks'>), blocks }; // what the thread says to `read`
    },
    async readChunks(source, { chunks: settings, ...options }) {
      const { request, watch, chunks } = await begin(source, options);
      const facts = await threads.run({ ...request, do: 'chunk', chunks: settings }, watch);
      return { ...(facts as Omit<ReadDocument, 'blocks'>), chunks }; // what the thread says to `chunk`
    },
    async findLinks(source, url, options = {}) {
      const { request, watch } = await begin(source, options);
      return (await threads.run({ ...request, do: 'links', url }, watch)) as Links; // what the thread says to `links`
    },
    close: () => threads.close(),
  };
}

/** Bytes of their own for the thread, which takes them away. */
async function threadSource(source: Source, most: number, signal?: AbortSignal): Promise<ThreadSource> {
  if (source instanceof Uint8Array) {
    if (source.length > most) throw tooLarge(most);
    return { bytes: Uint8Array.from(source) };
  }
  if ('file' in source) return source;
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of source) {
    signal?.throwIfAborted();
    length += part.length;
    if (length > most) throw tooLarge(most);
    parts.push(part);
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return { bytes };
}

function tooLarge(most: number): DocumentError {
  return new DocumentError('too-large', `It has more than ${most} bytes.`);
}
