import type { Place } from '../read/document.ts';

/** A text that is not cut any more, on its way into a chunk. */
export interface Piece {
  kind: 'heading' | 'text' | 'row' | 'code';
  text: string;
  tokens: number;
  /** What stands between it and the piece before it in the same chunk. */
  glue: string;
  place: Place;
  /** It is in another chunk as well: a header that is said again, or an overlap. */
  repeated?: boolean;
  /** Of the table that a row is of. */
  header?: Header;
}

export interface Header {
  text: string;
  tokens: number;
}
