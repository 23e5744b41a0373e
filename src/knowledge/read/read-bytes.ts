import { errorMessage } from '../../errors.ts';
import { openBlockList } from './block-list.ts';
import { inOneLine, inShort } from './clean-text.ts';
import { type Claims, type Detected, detectKind } from './detect-kind.ts';
import type { Block, ReadDocument } from './document.ts';
import { DocumentError } from './document-error.ts';
import type { ReadLimits } from './read-limits.ts';
import type { ReadFacts, Reading } from './reader.ts';
import { readText } from './text/read-text.ts';
import type { HtmlSelectors } from './web/read-html.ts';

/** How one document is read. */
export interface BytesOptions extends Claims {
  /** For PDF. */
  password?: string;
  html?: HtmlSelectors;
  limits: ReadLimits;
}

/**
 * Reads a document where it is called: in the thread that is there for it, since any library here may take long or all memory.
 * Throws a `DocumentError` for whatever is wrong with the document.
 */
export async function readBytes(
  bytes: Buffer,
  options: BytesOptions,
  progress: Reading['progress'],
): Promise<ReadDocument> {
  const { limits } = options;
  if (bytes.length > limits.bytes)
    throw new DocumentError('too-large', `It has more than ${limits.bytes} bytes.`);
  const list = openBlockList(limits);
  const found = await detectKind(bytes, options, limits);
  try {
    const facts = await readKind(found, bytes, options, { list, limits, progress });
    const blocks = list.end();
    const { title: told = '', ...others } = facts;
    const title = inShort(inOneLine(told) || topHeading(blocks) || '');
    return { ...others, ...(title ? { title } : {}), kind: found.kind, blocks };
  } catch (error) {
    if (error instanceof DocumentError) throw error;
    throw new DocumentError(
      'corrupt',
      `It cannot be read as ${found.kind}: it is damaged.`,
      errorMessage(error),
    );
  }
}

/** Each reader is loaded when its first document comes: its library is large, and of no use to documents of other kinds. */
async function readKind(
  found: Detected,
  bytes: Buffer,
  options: BytesOptions,
  reading: Reading,
): Promise<ReadFacts> {
  switch (found.kind) {
    case 'pdf':
      return (await import('./pdf/read-pdf.ts')).readPdf(bytes, options.password, reading);
    case 'docx':
      return (await import('./office/read-docx.ts')).readDocx(found.parts, reading);
    case 'pptx':
      return (await import('./office/read-pptx.ts')).readPptx(found.parts, reading);
    case 'xlsx':
      return (await import('./office/read-xlsx.ts')).readXlsx(found.parts, reading);
    case 'epub':
      return (await import('./office/read-epub.ts')).readEpub(found.parts, reading);
    case 'odt':
      return (await import('./office/read-odt.ts')).readOdt(found.parts, reading);
    case 'html':
      return (await import('./web/read-html.ts')).readHtml(found, options.html ?? {}, reading);
    case 'markdown':
      return (await import('./text/read-markdown.ts')).readMarkdown(found, reading);
    case 'csv':
      return (await import('./text/read-csv.ts')).readCsv(found, reading);
    case 'text':
      return readText(found, reading);
  }
}

/** The first of those of the highest level there is. */
function topHeading(blocks: Block[]): string | undefined {
  const headings = blocks.filter((block) => block.type === 'heading');
  const top = Math.min(...headings.map(({ level }) => level));
  return headings.find(({ level }) => level === top)?.text;
}
