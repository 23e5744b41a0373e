import path from 'node:path';
import { load } from 'cheerio';
import { DocumentError } from '../document-error.ts';
import type { ReadFacts, Reading } from '../reader.ts';
import { decodeText } from '../text/decode-text.ts';
import { listHtml } from '../web/html-blocks.ts';
import { refuseDepthOfText } from '../web/refuse-depth.ts';
import { dublinCore } from '../zip/core-properties.ts';
import type { Parts } from '../zip/open-package.ts';
import { checkXml, type Xml, xmlPart } from '../zip/xml-part.ts';

/** Reads a book in the order of its spine (EPUB 3.3, 5.7), without its table of contents. */
export function readEpub(parts: Parts, { list, limits, progress }: Reading): ReadFacts {
  checkXml(parts, { strict: false, depth: limits.depth });
  refuseProtected(parts, limits.depth);
  const container = xmlPart(parts, 'META-INF/container.xml', limits.depth);
  const name = container?.('rootfile').attr('full-path') ?? '';
  const book = xmlPart(parts, name, limits.depth);
  if (!book) throw new DocumentError('corrupt', 'The book does not say what it consists of.');
  const chapters = chaptersOf(book, name);
  if (chapters.length > limits.pages)
    throw new DocumentError('too-many-pages', `It has more than ${limits.pages} chapters.`);
  for (const [at, chapter] of chapters.entries()) {
    const text = decodeText(parts.get(chapter) ?? Buffer.alloc(0))?.text ?? '';
    refuseDepthOfText(text, limits.depth * 5);
    const body = load(text)('body')[0];
    if (body) listHtml(body, list, limits.depth);
    progress(at + 1, chapters.length);
  }
  return dublinCore(book);
}

function chaptersOf(book: Xml, name: string): string[] {
  const hrefs = new Map(
    book('manifest > item:not([properties~=nav])')
      .toArray()
      .map(({ attribs }) => [attribs.id, attribs.href]),
  );
  return book('spine > itemref')
    .toArray()
    .flatMap(({ attribs }) => hrefs.get(attribs.idref) ?? [])
    .map((href) => path.posix.join(path.posix.dirname(name), decodeHref(href)));
}

function decodeHref(href: string): string {
  const file = href.split('#')[0] ?? '';
  try {
    return decodeURIComponent(file);
  } catch {
    return file;
  }
}

/** Fonts may be obfuscated; text that is encrypted cannot be read. */
function refuseProtected(parts: Parts, depth: number): void {
  const encryption = xmlPart(parts, 'META-INF/encryption.xml', depth);
  const targets =
    encryption?.('*')
      .toArray()
      .flatMap((node) => ('attribs' in node ? (node.attribs.URI ?? []) : [])) ?? [];
  if (targets.some((target) => /\.(x?html?|xml|opf)$/i.test(target))) {
    throw new DocumentError('encrypted', 'It is protected against copying.');
  }
}
