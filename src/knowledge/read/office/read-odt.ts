import type { Element } from 'domhandler';
import { DocumentError } from '../document-error.ts';
import type { ReadFacts, Reading } from '../reader.ts';
import { dublinCore } from '../zip/core-properties.ts';
import type { Parts } from '../zip/open-package.ts';
import { checkXml, type Xml, xmlPart } from '../zip/xml-part.ts';

/** Reads a text of OpenDocument (ODF 1.3): headings, paragraphs, lists and tables, with notes where they are referred to. */
export function readOdt(parts: Parts, { list, limits }: Reading): ReadFacts {
  checkXml(parts, { strict: false, depth: limits.depth });
  if (parts.get('META-INF/manifest.xml')?.includes('encryption-data')) {
    throw new DocumentError('encrypted', 'It is protected by a password.');
  }
  const xml = xmlPart(parts, 'content.xml', limits.depth);
  const body = xml?.('office\\:text')[0];
  if (!xml || !body) throw new DocumentError('corrupt', 'It has no content.');
  listChildren(body, { xml, list, lists: 0 });
  const meta = xmlPart(parts, 'meta.xml', limits.depth);
  return meta ? dublinCore(meta) : { metadata: {} };
}

interface Around {
  xml: Xml;
  list: Reading['list'];
  /** How many lists it is in. */
  lists: number;
}

function listChildren(element: Element, around: Around): void {
  for (const child of element.children) if ('attribs' in child) listElement(child, around);
}

function listElement(element: Element, around: Around): void {
  const read = readers[element.name] ?? listChildren;
  read(element, around);
}

const nothing = (): void => undefined;

const readers: Record<string, (element: Element, around: Around) => void> = {
  'text:h': (element, { list }) =>
    list.heading(Number(element.attribs['text:outline-level'] ?? 1), textOf(element)),
  'text:p': (element, { list, lists }) =>
    lists > 0 ? list.item(textOf(element), lists, false) : list.paragraph(textOf(element)),
  'text:list': (element, around) => listChildren(element, { ...around, lists: around.lists + 1 }),
  'table:table': (element, { xml, list }) =>
    list.table(rowsOf(xml, element), xml(element).find('table\\:table-header-rows').length > 0),
  'text:tracked-changes': nothing,
  'text:sequence-decls': nothing,
  'office:forms': nothing,
};

function rowsOf(xml: Xml, table: Element): string[][] {
  return xml(table)
    .find('table\\:table-row')
    .toArray()
    .map((row) => xml(row).children('table\\:table-cell').toArray().map(textOf));
}

function textOf(element: Element): string {
  return element.children
    .map((child) => {
      if (child.type === 'text') return child.data;
      if (!('attribs' in child)) return '';
      if (child.name === 'text:line-break' || child.name === 'text:tab') return ' ';
      if (child.name === 'text:s') return ' '.repeat(Math.min(Number(child.attribs['text:c'] ?? 1), 100));
      if (child.name === 'text:note') return ` (${textOf(child).trim()}) `;
      return child.name === 'text:p' ? `${textOf(child)} ` : textOf(child);
    })
    .join('');
}
