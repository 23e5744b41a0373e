import { type CheerioAPI, load } from 'cheerio';
import { cleanText } from '../clean-text.ts';
import { DocumentError } from '../document-error.ts';
import { refuseDepth, refuseDepthOfText } from '../web/refuse-depth.ts';
import type { Parts } from './open-package.ts';

/** A tree of XML that is searched with selectors; names keep their prefixes (`a\\:t`). */
export type Xml = CheerioAPI;

/** The part as a tree, or undefined where there is none. Throws `corrupt` when it nests deeper than `depth`. */
export function xmlPart(parts: Parts, name: string, depth: number): Xml | undefined {
  const content = parts.get(name);
  if (!content) return undefined;
  const xml = load(decodeXml(content), { xml: true });
  refuseDepth(xml.root()[0], depth);
  return xml;
}

/**
 * Throws `corrupt` when the elements of a part nest deeper than `depth`, and `bomb` when a part declares entities: nobody needs them in a document, and one that is made of others, or of a file
 * elsewhere, is an attack. Office documents (`strict`) may not have a document type at all (ECMA-376 part 2, 8.1.4).
 */
export function checkXml(parts: Parts, { strict, depth }: { strict: boolean; depth: number }): void {
  const forbidden = strict ? /<!(DOCTYPE|ENTITY)/i : /<!ENTITY/i;
  for (const [name, content] of parts) {
    const text = decodeXml(content);
    if (forbidden.test(text)) {
      throw new DocumentError('bomb', `Its part ${cleanText(name).slice(0, 100)} declares entities of XML.`);
    }
    refuseDepthOfText(text, depth);
  }
}

/** XML is UTF-8 unless it begins with a byte-order mark, or with `<` as UTF-16 has it (XML 1.0, appendix F). */
function decodeXml(content: Buffer): string {
  const [first, second] = content;
  const isBigEndian = (first === 0xfe && second === 0xff) || (first === 0 && second === 0x3c);
  const isLittleEndian = (first === 0xff && second === 0xfe) || (first === 0x3c && second === 0);
  if (isBigEndian) return new TextDecoder('utf-16be').decode(content);
  return new TextDecoder(isLittleEndian ? 'utf-16le' : 'utf-8').decode(content);
}
