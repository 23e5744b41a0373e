import type { Metric } from '../../db/tables/knowledge-tables.ts';

/** Documents that are searched together, and how. */
export interface Collection {
  name: string;
  description: string;
  metric: Metric;
  /** How long a chunk is at most, and how much of it begins the next one. */
  chunkTokens: number;
  overlapTokens: number;
  /** Where events of its documents are told; null: nowhere. */
  webhook: string | null;
  /** What its vectors are made by; null: nothing is embedded yet. */
  embedding: CollectionEmbedding | null;
  /** Those that may be found. */
  chunks: number;
  /** All, whatever became of them. */
  documents: number;
  createdAt: Date;
  updatedAt: Date;
}

export interface CollectionEmbedding {
  model: string;
  dimensions: number;
  /** What is filled to take its place; documents done, of all that have chunks. */
  building?: { model: string; dimensions: number; done: number; total: number };
}

export interface NewCollection {
  /** Lower-case letters, digits, `-` and `_`, at most 63; begins with a letter or digit. */
  name: string;
  description?: string | undefined;
  /** Cosine unless given. It stays. */
  metric?: Metric | undefined;
  chunkTokens?: number | undefined;
  overlapTokens?: number | undefined;
  webhook?: string | null | undefined;
}

/** Only what is given changes. Limits of chunks hold for what is read from then on: documents that are there keep theirs until they come again. */
export type CollectionChange = Omit<Partial<NewCollection>, 'name' | 'metric'>;

export type ChunkLimits = Pick<Collection, 'chunkTokens' | 'overlapTokens'>;

/** What a collection has that says nothing else. */
export const defaultChunks: ChunkLimits = { chunkTokens: 400, overlapTokens: 40 };
