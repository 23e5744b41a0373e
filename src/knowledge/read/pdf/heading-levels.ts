import type { PDFDocumentProxy } from 'pdfjs-dist/legacy/build/pdf.mjs';
import type { Paragraph } from './page-paragraphs.ts';

/** The level of a paragraph that is a heading; undefined for others. */
export type HeadingLevel = (paragraph: Paragraph) => number | undefined;

/**
 * Tells headings: by the outline of the document where at least three of its titles stand in the text, otherwise by the size of
 * letters beside that of most of the text.
 */
export async function headingLevels(pdf: PDFDocumentProxy, paragraphs: Paragraph[]): Promise<HeadingLevel> {
  const outline = await outlineLevels(pdf);
  const byOutline: HeadingLevel = ({ text }) => outline.get(plain(text));
  const found = new Set(
    paragraphs.filter((paragraph) => byOutline(paragraph)).map(({ text }) => plain(text)),
  );
  return found.size >= 3 ? byOutline : bySize(paragraphs);
}

async function outlineLevels(pdf: PDFDocumentProxy): Promise<Map<string, number>> {
  const levels = new Map<string, number>();
  let row = await pdf.getOutline().catch(() => null);
  for (let level = 1; row?.length && level <= 6; level++) {
    for (const { title } of row) if (!levels.has(plain(title))) levels.set(plain(title), level);
    row = row.flatMap(({ items }) => items as typeof row & object); // the type of items is that of the whole
    if (levels.size > 10_000) break;
  }
  levels.delete('');
  return levels;
}

function bySize(paragraphs: Paragraph[]): HeadingLevel {
  const usual = usualSize(paragraphs);
  const isHeading = ({ text, size }: Paragraph) =>
    size > usual * 1.15 && text.length <= 200 && /\p{L}{2}/u.test(text);
  const sizes = [...new Set(paragraphs.filter(isHeading).map(({ size }) => Math.round(size)))].sort(
    (one, other) => other - one,
  );
  return (paragraph) =>
    isHeading(paragraph) ? Math.min(6, sizes.indexOf(Math.round(paragraph.size)) + 1) : undefined;
}

/** That of most letters. */
function usualSize(paragraphs: Paragraph[]): number {
  const letters = new Map<number, number>();
  for (const { size, text } of paragraphs) {
    const rounded = Math.round(size * 2) / 2;
    letters.set(rounded, (letters.get(rounded) ?? 0) + text.length);
  }
  return [...letters].sort((one, other) => other[1] - one[1])[0]?.[0] ?? 0;
}

function plain(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '');
}
