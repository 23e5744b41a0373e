/** A passage of a document, as it is found, shown and cited. */
export interface Passage {
  /** What models and people call it: see `passageId`. */
  id: string;
  chunkId: string;
  documentId: string;
  collection: string;
  /** Of the document. */
  version: number;
  key: string;
  name?: string;
  title?: string;
  url?: string;
  headings: string[];
  pages?: PassageRange;
  slides?: PassageRange;
  sheet?: string;
  position: number;
  text: string;
  /** ISO 639-1, or `und`. */
  language: string;
  /** From 0 to 1, to be compared within one answer. */
  score: number;
  /** What it was found by: BM25's score, and how near its vector is, as `scoreOf` says. */
  parts: { lexical?: number; vector?: number };
}

/** Both from 1, and both within. */
export interface PassageRange {
  from: number;
  to: number;
}

/** `p-` and the first ten characters of a chunk's id. */
export function passageId(chunkId: string): string {
  return `p-${chunkId.slice(0, 10)}`;
}
