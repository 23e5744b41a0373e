import type { PDFPageProxy } from 'pdfjs-dist/legacy/build/pdf.mjs';

/** A line of text on a page; lengths are in the page's units, and y grows upwards. */
export interface Line {
  text: string;
  /** Of its letters. */
  size: number;
  left: number;
  right: number;
  y: number;
}

/** The lines of a page in the order in which they are drawn, which is that of reading in most documents, columns among them. */
export async function pageLines(page: PDFPageProxy): Promise<Line[]> {
  const { items } = await page.getTextContent();
  const lines: Line[] = [];
  let line: Line | undefined;
  for (const item of items) {
    if (!('str' in item)) continue;
    const part = lineOf(item);
    if (line && !startsAnew(line, part)) extend(line, part);
    else if (part.text !== '') {
      line = part;
      lines.push(line);
    }
    if (item.hasEOL) line = undefined;
  }
  return lines.map((found) => ({ ...found, text: tidy(found.text) })).filter(({ text }) => text !== '');
}

/** Dots that lead the eye to a page number are one mark. */
function tidy(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/(?:\. ?){5,}/g, '… ')
    .trim();
}

type Item = Extract<Awaited<ReturnType<PDFPageProxy['getTextContent']>>['items'][number], { str: string }>;

function lineOf({ str, transform, width }: Item): Line {
  const [, , across = 0, up = 0, left = 0, y = 0] = transform as number[]; // a matrix of six numbers
  return { text: str, size: Math.hypot(across, up), left, right: left + width, y };
}

/** It stands on another line than what came before it; raised and lowered letters do not. */
function startsAnew(line: Line, part: Line): boolean {
  return part.text.trim() !== '' && Math.abs(line.y - part.y) > Math.max(line.size, part.size) * 0.7;
}

function extend(line: Line, part: Line): void {
  const isBlank = part.text.trim() === '';
  if (!isBlank && line.text.trim() !== '') line.size = Math.max(line.size, part.size);
  else if (!isBlank) line.size = part.size;
  line.text += part.text;
  line.left = Math.min(line.left, part.left);
  line.right = Math.max(line.right, part.right);
}
