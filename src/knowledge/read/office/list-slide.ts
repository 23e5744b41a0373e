import type { Element } from 'domhandler';
import type { BlockList } from '../block-list.ts';
import type { Xml } from '../zip/xml-part.ts';

/**
 * Lists the texts of a slide: its title first, then shapes and tables in their order. Of a page of notes (`label` says so) only the notes
 * are listed, under a heading.
 */
export function listSlide(xml: Xml, list: BlockList, label?: string): void {
  const shapes = xml('p\\:sp, p\\:graphicFrame').toArray();
  const titles = shapes.filter((shape) => titleKinds.has(kindOf(xml, shape)));
  if (label) {
    const notes = shapes.filter((shape) => kindOf(xml, shape) === 'body' && textOf(xml, shape).trim() !== '');
    if (notes.length > 0) list.heading(2, label);
    for (const shape of notes) listShape(xml, shape, list);
    return;
  }
  for (const title of titles)
    list.heading(
      1,
      paragraphsOf(xml, title)
        .map(({ text }) => text)
        .join(' '),
    );
  for (const shape of shapes) {
    if (!titles.includes(shape) && !furniture.has(kindOf(xml, shape))) listShape(xml, shape, list);
  }
}

const titleKinds = new Set(['title', 'ctrTitle']);
const furniture = new Set(['sldNum', 'dt', 'ftr', 'hdr', 'sldImg']);

/** What a placeholder is for; a shape that is none has no kind. */
function kindOf(xml: Xml, shape: Element): string {
  const [placeholder] = xml(shape).find('p\\:nvPr > p\\:ph');
  return placeholder ? (placeholder.attribs.type ?? 'object') : '';
}

function listShape(xml: Xml, shape: Element, list: BlockList): void {
  const tables = xml(shape).find('a\\:tbl').toArray();
  for (const table of tables) listTable(xml, table, list);
  if (tables.length > 0) return;
  const paragraphs = paragraphsOf(xml, shape);
  const isList = kindOf(xml, shape) !== '' && paragraphs.length > 1;
  for (const { text, level } of paragraphs) {
    if (isList || level > 1) list.item(text, level, false);
    else list.paragraph(text);
  }
}

function listTable(xml: Xml, table: Element, list: BlockList): void {
  const rows = xml(table)
    .find('a\\:tr')
    .toArray()
    .map((row) =>
      xml(row)
        .find('a\\:tc')
        .toArray()
        .map((cell) => textOf(xml, cell)),
    );
  list.table(rows, xml(table).find('a\\:tblPr').attr('firstRow') === '1');
}

function paragraphsOf(xml: Xml, shape: Element): { text: string; level: number }[] {
  return xml(shape)
    .find('a\\:p')
    .toArray()
    .map((paragraph) => ({
      text: linesOf(xml, paragraph),
      level: Number(xml(paragraph).children('a\\:pPr').attr('lvl') ?? 0) + 1,
    }))
    .filter(({ text }) => text.trim() !== '');
}

function textOf(xml: Xml, element: Element): string {
  return paragraphsOf(xml, element)
    .map(({ text }) => text)
    .join('\n');
}

function linesOf(xml: Xml, paragraph: Element): string {
  return xml(paragraph)
    .find('a\\:t, a\\:br')
    .toArray()
    .map((part) => (part.name === 'a:br' ? '\n' : xml(part).text()))
    .join('');
}
