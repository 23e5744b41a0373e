import type { Metric, PublishState } from '../../db/tables/knowledge-tables.ts';
import { CallerError } from '../../errors.ts';
import type { JsonObject } from '../../message.ts';

/** A document that is brought. */
export interface GivenDocument {
  key: string;
  name: string;
  /** The folder that it is from, by its name: what `--prune` goes by. */
  folder?: string;
  contentType?: string;
  /** Where people read it. */
  url?: string;
  tags?: readonly string[];
  open(): Uint8Array | AsyncIterable<Uint8Array>;
  /** What is opened is there one time: the rest of it is not the document. */
  once?: true;
}

/** The same with what is said of all documents. */
export interface ToldDocument extends Omit<GivenDocument, 'folder'> {
  metadata: JsonObject;
  language?: string | undefined;
  publish?: PublishState | undefined;
}

export interface Taken {
  outcome: 'added' | 'changed' | 'unchanged';
  /** Of the version that serves now. */
  chunks: number;
  tokens: number;
}

/** What was begun before and is ended now is not `unchanged`, though nothing new was brought. */
export function outcomeOf(
  told: Taken['outcome'],
  { status, version }: { status: string; version: number | null },
): Taken['outcome'] {
  if (told !== 'unchanged' || status === 'ready') return told;
  return version === null ? 'added' : 'changed';
}

/** How far a document is: pages while it is read, chunks while it is embedded. */
export type HearProgress = (done: number, total: number) => void;

/** Where documents are brought to: this process, or a service. */
export interface IngestTarget {
  /** Makes the collection where it is absent; whether it did. */
  makeCollection(settings: CollectionSettings): Promise<boolean>;
  /**
   * Brings a document and waits until it serves. Rejects with an `Error` that says why it does not; an `IngestError` where
   * that is the document's fault.
   */
  take(document: ToldDocument, signal: AbortSignal, hear: HearProgress): Promise<Taken>;
  /** SHA-256 of what the collection has under a key; undefined: nothing. */
  hashOf(key: string): Promise<string | undefined>;
  /** All documents of a folder. */
  keysOf(folder: string): AsyncIterable<{ id: string; key: string }>;
  remove(id: string): Promise<void>;
}

export interface CollectionSettings {
  chunkTokens?: number | undefined;
  metric?: Metric | undefined;
}

/** Why one document cannot be taken, in words for whoever brought it. Others may do. */
export class IngestError extends CallerError {
  constructor(message: string, options: { cause?: unknown } = {}) {
    super('unprocessable', message, options);
  }
}

/** The member of a document's metadata that names the folder it is from. */
export const folderMember = 'folder';
