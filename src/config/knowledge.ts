import { z } from 'zod';
import { host, parted, whole } from './kinds.ts';

export interface KnowledgeConfig {
  /** Of one document. */
  maxDocumentBytes: number;
  /** How long a chunk is, and how much of it begins the next one, where a collection says nothing else. */
  chunkTokens: number;
  overlapTokens: number;
  /** Documents that this process works off at once. */
  concurrency: number;
  /** Threads in which documents are read; absent: one less than there are processors. */
  readerThreads?: number;
  /** Hosts, addresses and ranges of them that documents may be fetched from beside public ones. */
  fetchAllow: string[];
}

export const knowledgeVariables = z.object({
  BATON_DOCUMENT_MAX_BYTES: whole(1, 1_073_741_824).default(50 * 1024 * 1024),
  BATON_CHUNK_TOKENS: whole(16, 8_000).default(400),
  BATON_CHUNK_OVERLAP: whole(0, 7_999).default(40),
  BATON_INGEST_CONCURRENCY: whole(1, 100).default(2),
  BATON_READER_THREADS: whole(1, 100).optional(),
  BATON_FETCH_ALLOW: parted(host).default([]),
});

/** An overlap that does not fit into a chunk is half of it. */
export function knowledgeOf(read: z.infer<typeof knowledgeVariables>): KnowledgeConfig {
  return {
    maxDocumentBytes: read.BATON_DOCUMENT_MAX_BYTES,
    chunkTokens: read.BATON_CHUNK_TOKENS,
    overlapTokens: Math.min(read.BATON_CHUNK_OVERLAP, Math.floor(read.BATON_CHUNK_TOKENS / 2)),
    concurrency: read.BATON_INGEST_CONCURRENCY,
    ...(read.BATON_READER_THREADS !== undefined && { readerThreads: read.BATON_READER_THREADS }),
    fetchAllow: read.BATON_FETCH_ALLOW,
  };
}
