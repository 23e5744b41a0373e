import type { BlockList } from './block-list.ts';
import type { Metadata } from './document.ts';
import type { ReadLimits } from './read-limits.ts';

/** What a reader of any kind is given beside the document. */
export interface Reading {
  list: BlockList;
  limits: ReadLimits;
  /** Tells how far it is: pages, slides, sheets or chapters done. */
  progress(done: number, total: number): void;
}

/** What a document says of itself as a whole; its text goes to the list. */
export interface ReadFacts {
  title?: string;
  language?: string;
  metadata: Metadata;
  pages?: number;
}
