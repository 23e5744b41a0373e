import type { AiMessage, JsonObject } from '../../message.ts';

/**
 * That a passage supports a sentence of an answer. An answer's message has the list as `response_metadata.citations`, in the order
 * of the marks in its text: one entry a mark. Offsets count UTF-16 units of the message's text; `end` is behind the last.
 */
export interface Citation {
  /** The number that stands in the text, in brackets; the same passage has the same number throughout. */
  marker: number;
  /** Where the mark stands: `[1]` from its bracket. */
  at: number;
  /** The passage: `p-…`. */
  id: string;
  /** The sentence that it supports, its marks included. */
  start: number;
  end: number;
  title: string | null;
  url: string | null;
  document_id: string;
  /** What the document's owner calls it: a path, an address. */
  key: string;
  pages: { from: number; to: number } | null;
  /** The headings above the passage: `Returns > Deadlines`. */
  section: string | null;
  /** The sentences of the passage that come nearest to what is said, as they stand there. */
  quote: string;
}

/** The citations of an answer; none where it has none. */
export function citationsOf({ response_metadata }: Pick<AiMessage, 'response_metadata'>): Citation[] {
  const citations = response_metadata?.citations ?? [];
  return Array.isArray(citations) ? (citations as unknown as Citation[]) : []; // as `annotate` wrote them
}

/** Whether an answer says that the documents do not tell. */
export function isDecline({ response_metadata }: Pick<AiMessage, 'response_metadata'>): boolean {
  return response_metadata?.declined === true;
}

/** What a message's metadata has beside the model's: nothing where nothing was checked. */
export function citationMetadata(citations: Citation[], declined: boolean): JsonObject {
  const plain = citations.map((citation) => ({ ...citation })); // an interface is no index signature, its copy is plain JSON
  return { citations: plain, ...(declined && { declined }) };
}
