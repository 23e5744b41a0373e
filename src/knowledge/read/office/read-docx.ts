import { load } from 'cheerio';
import mammoth from 'mammoth';
import type { ReadFacts, Reading } from '../reader.ts';
import { listHtml } from '../web/html-blocks.ts';
import { coreProperties } from '../zip/core-properties.ts';
import type { Parts } from '../zip/open-package.ts';
import { packParts } from '../zip/pack-parts.ts';
import { checkXml } from '../zip/xml-part.ts';

/** Reads a document of Word, with its tables, text boxes, footnotes and endnotes; pictures and what lies outside of the file are not opened. */
export async function readDocx(parts: Parts, { list, limits }: Reading): Promise<ReadFacts> {
  checkXml(parts, { strict: true, depth: limits.depth });
  const { value: html } = await mammoth.convertToHtml(
    { buffer: packParts(parts) },
    {
      styleMap: ["p[style-name='Title'] => h1:fresh", "p[style-name='Subtitle'] => p:fresh"],
      convertImage: mammoth.images.imgElement(async () => ({ src: '' })),
      externalFileAccess: false,
    },
  );
  const page = load(html);
  page(backLinks).remove();
  const body = page('body')[0];
  if (body) listHtml(body, list, limits.depth);
  return coreProperties(parts, limits.depth);
}

/** The arrows from notes to where they belong. */
const backLinks = 'a[href^="#footnote-ref"], a[href^="#endnote-ref"]';
