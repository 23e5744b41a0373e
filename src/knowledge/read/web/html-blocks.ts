import type { AnyNode, Element } from 'domhandler';
import type { BlockList } from '../block-list.ts';
import { refuseDepth } from './refuse-depth.ts';

/**
 * Lists what an element of parsed HTML holds: headings, paragraphs, items, tables and code. Text outside of any of them is a paragraph up to
 * the next. Throws `corrupt` when elements nest deeper than `depth`.
 */
export function listHtml(root: AnyNode, list: BlockList, depth: number): void {
  refuseDepth(root, depth);
  const writer: Writer = { list, lists: [], loose: '' };
  listNode(root, writer);
  endLoose(writer);
}

interface Writer {
  list: BlockList;
  /** Of the lists around, from the outermost, whether each counts. */
  lists: boolean[];
  /** Text since the last block. */
  loose: string;
  /** The next loose text begins an item. */
  beginsItem?: boolean;
}

function listNode(node: AnyNode, writer: Writer): void {
  if (node.type === 'text') writer.loose += node.data.replace(/\s+/g, ' ');
  else if ('attribs' in node) listElement(node, writer);
  else if ('children' in node) listChildren(node.children, writer);
}

function listElement(element: Element, writer: Writer): void {
  const name = element.name;
  if (unread.has(name) || isHidden(element)) return;
  const read = readers[name] ?? (inline.has(name) ? undefined : listBlock);
  if (read) read(element, writer);
  else listChildren(element.children, writer);
}

function listChildren(nodes: AnyNode[], writer: Writer): void {
  for (const node of nodes) listNode(node, writer);
}

/** Before and after it another paragraph begins. */
function listBlock(element: Element, writer: Writer): void {
  endLoose(writer);
  listChildren(element.children, writer);
  endLoose(writer);
}

function endLoose(writer: Writer): void {
  const { loose, lists } = writer;
  if (loose.trim() === '') return;
  writer.loose = '';
  if (writer.beginsItem) writer.list.item(loose, Math.max(1, lists.length), lists.at(-1) ?? false);
  else writer.list.paragraph(loose);
  writer.beginsItem = false;
}

type Reader = (element: Element, writer: Writer) => void;

const listHeading: Reader = (element, writer) => {
  endLoose(writer);
  writer.list.heading(Number(element.name[1]), textOf(element));
};

const listList: Reader = (element, writer) => {
  endLoose(writer);
  writer.lists.push(element.name === 'ol');
  listChildren(element.children, writer);
  endLoose(writer);
  writer.lists.pop();
};

const listItem: Reader = (element, writer) => {
  endLoose(writer);
  writer.beginsItem = true;
  listChildren(element.children, writer);
  endLoose(writer);
  writer.beginsItem = false;
};

const listCode: Reader = (element, writer) => {
  endLoose(writer);
  const language = /language-([\w+#-]+)/.exec(`${element.attribs.class ?? ''} ${firstClass(element)}`)?.[1];
  writer.list.code(textOf(element, true), language);
};

/** A table that has a table in it, or one column, or one row, lays out a page: its cells are read as blocks of their own. */
const listTable: Reader = (element, writer) => {
  endLoose(writer);
  const rows = rowsOf(element);
  const isLayout = has(element, 'table') || rows.length < 2 || rows.every((row) => row.length < 2);
  if (isLayout) return listBlock(element, writer);
  for (const caption of element.children)
    if ('attribs' in caption && caption.name === 'caption') listBlock(caption, writer);
  const isNamed =
    rows[0]?.every(({ name }) => name === 'th') ||
    has(element, 'thead') ||
    element.attribs.role === 'presentation';
  writer.list.table(
    rows.map((row) => row.map((cell) => textOf(cell))),
    Boolean(isNamed),
  );
};

const readers: Record<string, Reader> = {
  ...Object.fromEntries(['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].map((name) => [name, listHeading])),
  ul: listList,
  ol: listList,
  li: listItem,
  pre: listCode,
  table: listTable,
  br: (_, writer) => {
    writer.loose += '\n';
  },
};

function rowsOf(element: Element): Element[][] {
  return element.children.flatMap((child) => {
    if (!('attribs' in child)) return [];
    if (child.name === 'tr') {
      return [child.children.filter(isCell)];
    }
    return ['thead', 'tbody', 'tfoot'].includes(child.name) ? rowsOf(child) : [];
  });
}

function isCell(node: AnyNode): node is Element {
  return 'attribs' in node && (node.name === 'td' || node.name === 'th');
}

function has(element: Element, name: string): boolean {
  return element.children.some((child) => 'attribs' in child && (child.name === name || has(child, name)));
}

/** All text in it; `exact` keeps line ends and blanks. Blocks within are apart by a blank. */
export function textOf(node: AnyNode, exact = false): string {
  if (node.type === 'text') return exact ? node.data : node.data.replace(/\s+/g, ' ');
  if ('attribs' in node && unread.has(node.name)) return '';
  if ('attribs' in node && node.name === 'br') return exact ? '\n' : ' ';
  if (!('children' in node)) return '';
  const text = node.children.map((child) => textOf(child, exact)).join('');
  return !exact && 'attribs' in node && !inline.has(node.name) ? ` ${text} ` : text;
}

function firstClass(element: Element): string {
  const [first] = element.children.filter((child) => 'attribs' in child);
  return first && 'attribs' in first ? (first.attribs.class ?? '') : '';
}

function isHidden({ attribs }: Element): boolean {
  return (
    attribs.hidden !== undefined ||
    attribs['aria-hidden'] === 'true' ||
    /display:\s*none/i.test(attribs.style ?? '')
  );
}

/** What shows nothing, or what no reader wants. */
const unread = new Set(
  'script style noscript template head iframe object embed svg math canvas audio video select button input textarea'.split(
    ' ',
  ),
);

const inline = new Set(
  (
    'a abbr acronym b bdi bdo big cite code data del dfn em font i img ins kbd label mark q rp rt ruby s samp small span strike ' +
    'strong sub sup time tt u var wbr picture o:p'
  ).split(' '),
);
