import { inOneLine } from '../clean-text.ts';
import type { Metadata } from '../document.ts';
import type { Parts } from './open-package.ts';
import { type Xml, xmlPart } from './xml-part.ts';

/** What a document tells of itself: title, language and the rest. */
export interface Properties {
  title?: string;
  language?: string;
  metadata: Metadata;
}

/** The properties of an Office document (ECMA-376 part 2, 11). */
export function coreProperties(parts: Parts, depth: number): Properties {
  const xml = xmlPart(parts, 'docProps/core.xml', depth);
  return xml ? dublinCore(xml) : { metadata: {} };
}

/** Reads the elements of Dublin Core wherever they stand in a tree. */
export function dublinCore(xml: Xml): Properties {
  const text = (name: string) => inOneLine(xml(name).first().text()).slice(0, 1000);
  const title = text('dc\\:title');
  const language = text('dc\\:language');
  const found = {
    author: text('dc\\:creator'),
    subject: text('dc\\:subject'),
    description: text('dc\\:description'),
    keywords: text('cp\\:keywords'),
    created: text('dcterms\\:created'),
    modified: text('dcterms\\:modified'),
  };
  return {
    ...(title ? { title } : {}),
    ...(language ? { language } : {}),
    metadata: Object.fromEntries(Object.entries(found).filter(([, value]) => value !== '')),
  };
}
