import type { Kysely } from 'kysely';
import type { Schema } from '../../db/schema.ts';
import type { Logger } from '../../log.ts';
import type { ChunkEmbedder } from '../embed/embed-halving.ts';
import type { Readers } from '../read/open-readers.ts';

/** What a document is worked off with. */
export interface IngestContext {
  db: Kysely<Schema>;
  embedder: ChunkEmbedder;
  readers: Readers;
  log: Logger;
  /** Ends the work at the next step; it goes on from there when it is done again. */
  signal?: AbortSignal | undefined;
}

/** A version that is to be made what is searched. */
export interface DocumentJob {
  documentId: string;
  version: number;
}
