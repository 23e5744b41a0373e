import { PDFDateString, type PDFDocumentProxy } from 'pdfjs-dist/legacy/build/pdf.mjs';
import { inOneLine } from '../clean-text.ts';
import { DocumentError } from '../document-error.ts';
import type { ReadFacts, Reading } from '../reader.ts';
import { type HeadingLevel, headingLevels } from './heading-levels.ts';
import { hyphenatedWords } from './join-lines.ts';
import { openPdf } from './open-pdf.ts';
import { type Line, pageLines } from './page-lines.ts';
import { type Paragraph, pageParagraphs } from './page-paragraphs.ts';
import { withoutFurniture } from './without-furniture.ts';

/** Reads the text of a PDF page by page. Pages that are damaged are left out and counted; when all are, it throws `corrupt`. */
export async function readPdf(
  bytes: Uint8Array,
  password: string | undefined,
  reading: Reading,
): Promise<ReadFacts> {
  const pdf = await openPdf(bytes, password);
  const pages = pdf.numPages;
  if (pages > reading.limits.pages) {
    throw new DocumentError(
      'too-many-pages',
      `It has ${pages.toLocaleString('en')} pages, and ${reading.limits.pages} are read.`,
    );
  }
  const { lines, damaged } = await linesOfPages(pdf, reading);
  if (pages > 0 && damaged.length === pages)
    throw new DocumentError('corrupt', 'Every page of it is damaged.');
  const hyphenated = hyphenatedWords(lines.flat().map(({ text }) => text));
  const paragraphs = withoutFurniture(lines).map((page) => pageParagraphs(page, hyphenated));
  const levelOf = await headingLevels(pdf, paragraphs.flat());
  listPages(paragraphs, levelOf, reading);
  return { ...(await factsOf(pdf, damaged)), pages };
}

async function linesOfPages(
  pdf: PDFDocumentProxy,
  { limits, progress }: Reading,
): Promise<{ lines: Line[][]; damaged: number[] }> {
  const lines: Line[][] = [];
  const damaged: number[] = [];
  let characters = 0;
  for (let number = 1; number <= pdf.numPages; number++) {
    const found = await linesOfPage(pdf, number).catch(() => undefined);
    if (!found) damaged.push(number);
    lines.push(found ?? []);
    characters += found?.reduce((sum, { text }) => sum + text.length, 0) ?? 0;
    if (characters > limits.characters)
      throw new DocumentError('too-large', `It has more than ${limits.characters} characters.`);
    progress(number, pdf.numPages);
  }
  return { lines, damaged };
}

async function linesOfPage(pdf: PDFDocumentProxy, number: number): Promise<Line[]> {
  const page = await pdf.getPage(number);
  try {
    return await pageLines(page);
  } finally {
    page.cleanup();
  }
}

function listPages(pages: Paragraph[][], levelOf: HeadingLevel, { list }: Reading): void {
  for (const [at, paragraphs] of pages.entries()) {
    list.page(at + 1);
    for (const paragraph of paragraphs) {
      const level = levelOf(paragraph);
      if (level) list.heading(level, paragraph.text);
      else if (paragraph.kind === 'item') list.item(paragraph.text, 1, paragraph.ordered);
      else list.paragraph(paragraph.text);
    }
  }
}

async function factsOf(pdf: PDFDocumentProxy, damaged: number[]): Promise<ReadFacts> {
  const told = await pdf.getMetadata().catch(() => undefined);
  const info = (told?.info ?? {}) as Record<string, unknown>; // whatever the document has in it
  const text = (name: string) => (typeof info[name] === 'string' ? inOneLine(info[name]).slice(0, 1000) : '');
  const date = (name: string) => PDFDateString.toDateObject(text(name))?.toISOString() ?? '';
  const title = text('Title').replace(/^Microsoft Word - /, '');
  const found = {
    author: text('Author'),
    subject: text('Subject'),
    keywords: text('Keywords'),
    created: date('CreationDate'),
    modified: date('ModDate'),
    ...(damaged.length > 0 ? { damagedPages: damaged.slice(0, 100).map(String) } : {}),
  };
  return {
    ...(title ? { title } : {}),
    ...(text('Language') ? { language: text('Language') } : {}),
    metadata: Object.fromEntries(Object.entries(found).filter(([, value]) => value !== '')),
  };
}
