import type { PublishState, VersionStatus } from '../../db/tables/knowledge-tables.ts';
import type { JsonObject } from '../../message.ts';
import type { Range } from '../chunk/chunk.ts';

/** A document as it is shown. */
export interface DocumentView {
  id: string;
  collection: string;
  /** What its owner calls it. */
  key: string;
  name: string | null;
  /** As its owner says, otherwise as it says itself. */
  title: string | null;
  url: string | null;
  /** As its owner says, otherwise as it reads; null: it is not read yet. */
  language: string | null;
  tags: string[];
  metadata: JsonObject;
  publish: PublishState;
  /** Of the version that is waited for, where there is one, and else of the one that serves. */
  status: VersionStatus;
  /** Pages while it is read, chunks while it is embedded. */
  progress: { done: number; total: number };
  error?: { code: string; message: string };
  /** The one that is searched; null: none yet. */
  version: number | null;
  /** Of the version that serves, or is waited for where none does; null: it is not read yet. */
  chunks: number | null;
  tokens: number | null;
  pages: number | null;
  kind: string | null;
  bytes: number;
  /** SHA-256, hexadecimal. */
  contentHash: string;
  createdAt: Date;
  updatedAt: Date;
  readyAt: Date | null;
}

export interface VersionView {
  version: number;
  status: VersionStatus;
  serves: boolean;
  bytes: number;
  contentHash: string;
  kind: string | null;
  pages: number | null;
  chunks: number | null;
  tokens: number | null;
  error?: { code: string; message: string };
  createdAt: Date;
  readyAt: Date | null;
}

export interface ChunkView {
  /** `p-…`, as passages are cited. */
  id: string;
  chunkId: string;
  position: number;
  text: string;
  tokens: number;
  title: string | null;
  headings: string[];
  pages?: Range;
  slides?: Range;
  sheet?: string;
  language: string;
}

/** What a document's owner says of it; only what is given changes. */
export interface DocumentFields {
  title?: string | null | undefined;
  /** ISO 639-1, such as `en`. */
  language?: string | null | undefined;
  /** At most 50, of at most 100 characters. */
  tags?: readonly string[] | undefined;
  /** At most 16 KiB as JSON. */
  metadata?: JsonObject | undefined;
  publish?: PublishState | undefined;
  url?: string | null | undefined;
  name?: string | null | undefined;
}
