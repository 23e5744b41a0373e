/** What a reader makes of a document: its text in order, in blocks that know where they stand. */
export interface ReadDocument {
  /** What the bytes are, whatever the name says. */
  kind: DocumentKind;
  title?: string;
  /** As the document says it, such as `en` or `pt-BR`. */
  language?: string;
  metadata: Metadata;
  /** How many pages or slides there are, where the format has them. */
  pages?: number;
  blocks: Block[];
}

export type DocumentKind =
  | 'pdf'
  | 'docx'
  | 'pptx'
  | 'xlsx'
  | 'odt'
  | 'epub'
  | 'html'
  | 'markdown'
  | 'csv'
  | 'text';

/** Plain values that the document tells of itself, such as `author`, `created` or `charset`. */
export type Metadata = Record<string, string | number | boolean | string[]>;

/** Where a block stands. */
export interface Place {
  /** From 1. */
  page?: number;
  /** From 1. */
  slide?: number;
  /** The name of the sheet. */
  sheet?: string;
  /** The headings above it, from the outermost; a heading's own text is not among them. */
  headings: readonly string[];
}

export type Block = Place &
  (
    | { type: 'heading'; level: number; text: string }
    | { type: 'paragraph'; text: string }
    /** `level` is 1 for an item of a list that is in no other; `ordered` lists count. */
    | { type: 'item'; level: number; ordered: boolean; text: string }
    /** Long tables come as several blocks with the same header. */
    | { type: 'table'; header?: string[]; rows: string[][] }
    | { type: 'code'; text: string; language?: string }
    /** Begins a page, a slide or a sheet: which one, its place says. */
    | { type: 'page' }
    | { type: 'slide' }
    | { type: 'sheet' }
  );
