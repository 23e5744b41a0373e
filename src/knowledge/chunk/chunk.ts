/** A passage of a document: what is found, shown and cited. */
export interface Chunk {
  /** Of its content, headings and title: the same text has the same id, wherever in the document and whenever it is read. */
  id: string;
  /** Its place among the chunks of the document, from 0. */
  position: number;
  text: string;
  /** Of the text, as the model counts. */
  tokens: number;
  /** Of the document. */
  title?: string;
  /** The headings that all of the text stands under, from the outermost. */
  headings: string[];
  pages?: Range;
  slides?: Range;
  sheet?: string;
}

/** Both from 1, and both within. */
export interface Range {
  from: number;
  to: number;
}

export interface ChunkOptions {
  /** Of the text of a chunk; from 16. */
  maxTokens: number;
  /** How much of what ends a chunk, in whole sentences, begins the next one where a section goes on; 0 when it is not said. */
  overlapTokens?: number;
  countTokens: CountTokens;
}

/** Tokens of a text for one model. */
export type CountTokens = (text: string) => number;
