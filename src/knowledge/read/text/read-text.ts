import type { ReadFacts, Reading } from '../reader.ts';
import type { DecodedText } from './decode-text.ts';

/** Reads plain text: paragraphs stand between empty lines, and form feeds begin pages, as in RFCs. */
export function readText({ text, charset }: DecodedText, { list }: Reading): ReadFacts {
  const pages = text.split('\f');
  for (const [at, page] of pages.entries()) {
    if (pages.length > 1) list.page(at + 1);
    for (const paragraph of page.split(/\r?\n[^\S\n]*\r?\n/)) list.paragraph(paragraph);
  }
  return { metadata: { charset }, ...(pages.length > 1 ? { pages: pages.length } : {}) };
}
