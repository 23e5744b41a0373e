import type { PublishState } from '../../db/tables/knowledge-tables.ts';
import type { JsonObject } from '../../message.ts';
import type { CollectionSettings } from './target.ts';

export interface IngestOptions extends CollectionSettings {
  collection: string;
  /** For every document. */
  tags: readonly string[];
  metadata: JsonObject;
  language?: string | undefined;
  publish?: PublishState | undefined;
  concurrency: number;
  /** Only tells what would be done. */
  dryRun: boolean;
  /** The folders whose documents are deleted where their files are gone, and the keys of the files. */
  prune?: { folders: readonly string[]; keys: ReadonlySet<string> } | undefined;
}

export type Outcome = 'added' | 'changed' | 'unchanged' | 'failed' | 'pruned' | 'skipped';

/** Hears of documents as they go by. */
export interface IngestShow {
  /** How many there will be, where that is known. */
  total(documents: number): void;
  begin(name: string): void;
  progress(name: string, done: number, total: number): void;
  end(name: string, outcome: Outcome, told: { why?: string; chunks?: number }): void;
}
