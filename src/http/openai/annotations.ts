import type { Citation } from '../../handoff/citations/citation.ts';

/** A citation of a web page as chat completions have it: the place is that of the mark in the text, which a client may replace. */
export interface ChatAnnotation {
  type: 'url_citation';
  url_citation: { start_index: number; end_index: number; url: string; title: string };
}

/** A citation as responses have it: of a web page, or of a document that has no address. */
export type TextAnnotation =
  | { type: 'url_citation'; start_index: number; end_index: number; url: string; title: string }
  | { type: 'file_citation'; file_id: string; filename: string; index: number };

/**
 * The citations of a completion, of documents that have an address: the format has no other. `shift` is how far the answer begins behind
 * the beginning of what the client has.
 */
export function chatAnnotations(citations: Citation[], shift = 0): ChatAnnotation[] {
  return citations.flatMap(({ url, title, key, at, marker }) => {
    if (url === null) return [];
    const start_index = at + shift;
    const end_index = start_index + lengthOf(marker);
    return [{ type: 'url_citation', url_citation: { start_index, end_index, url, title: title ?? key } }];
  });
}

/** The citations of a response's text. A file's id is the document's. */
export function textAnnotations(citations: Citation[]): TextAnnotation[] {
  return citations.map(({ url, title, key, at, marker, document_id }) =>
    url === null
      ? { type: 'file_citation', file_id: document_id, filename: key, index: at }
      : {
          type: 'url_citation',
          start_index: at,
          end_index: at + lengthOf(marker),
          url,
          title: title ?? key,
        },
  );
}

function lengthOf(marker: number): number {
  return `[${marker}]`.length;
}
