import type { Skipped } from '../../knowledge/read/find-files.ts';

export interface Summary {
  collection: string;
  /** Whether the collection was made. */
  made: boolean;
  added: number;
  changed: number;
  unchanged: number;
  failed: { name: string; why: string }[];
  pruned: number;
  skipped: Skipped[];
  /** Of what was added or changed. */
  chunks: number;
  tokens: number;
  seconds: number;
  /** Why it ended before its end. */
  stopped?: string;
  dryRun?: true;
}

/** Before anything is done. */
export function emptySummary({ collection, dryRun }: { collection: string; dryRun: boolean }): Summary {
  return {
    collection,
    made: false,
    added: 0,
    changed: 0,
    unchanged: 0,
    failed: [],
    pruned: 0,
    skipped: [],
    chunks: 0,
    tokens: 0,
    seconds: 0,
    ...(dryRun && { dryRun }),
  };
}
