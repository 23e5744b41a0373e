import type { Blockquote, FootnoteDefinition, List, ListItem, Nodes, Root, Table } from 'mdast';
import remarkGfm from 'remark-gfm';
import remarkParse from 'remark-parse';
import { unified } from 'unified';
import type { ReadFacts, Reading } from '../reader.ts';
import type { DecodedText } from './decode-text.ts';
import { takeFrontMatter } from './front-matter.ts';

/** Reads GitHub's Markdown. Paragraphs keep their marks, links and code as they are written; headings are their words alone. */
export function readMarkdown({ text, charset }: DecodedText, { list }: Reading): ReadFacts {
  const { facts, body } = takeFrontMatter(text);
  const tree: Root = unified().use(remarkParse).use(remarkGfm).parse(body);
  for (const node of tree.children) listNode(node, { body, list, lists: 0 });
  return { ...facts, metadata: { charset, ...facts.metadata } };
}

interface Around {
  body: string;
  list: Reading['list'];
  /** How many lists it is in. */
  lists: number;
}

function listNode(node: Nodes, around: Around): void {
  const { body, list } = around;
  if (node.type === 'heading') list.heading(node.depth, wordsOf(node));
  else if (node.type === 'code') list.code(node.value, node.lang ?? undefined);
  else if (node.type === 'table') list.table(rowsOf(node, body), true);
  else if (node.type === 'list') listItems(node, around);
  else if (node.type === 'blockquote' || node.type === 'footnoteDefinition') listChildren(node, around);
  else if (node.type === 'html') list.paragraph(node.value.replace(/<!--[\s\S]*?-->|<[^<>]*>/g, ' '));
  else if (node.type !== 'thematicBreak' && node.type !== 'definition') list.paragraph(sourceOf(node, body));
}

function listChildren({ children }: Blockquote | FootnoteDefinition, around: Around): void {
  for (const child of children) listNode(child, around);
}

function listItems({ children, ordered }: List, around: Around): void {
  for (const item of children) listItem(item, ordered === true, { ...around, lists: around.lists + 1 });
}

function listItem(item: ListItem, ordered: boolean, around: Around): void {
  for (const [at, child] of item.children.entries()) {
    if (at === 0 && child.type === 'paragraph')
      around.list.item(sourceOf(child, around.body), around.lists, ordered);
    else listNode(child, around);
  }
}

function rowsOf(table: Table, body: string): string[][] {
  return table.children.map((row) =>
    row.children.map((cell) => cell.children.map((part) => sourceOf(part, body)).join('')),
  );
}

/** As it is written, without the marks of quotations around it. */
function sourceOf(node: Nodes, body: string): string {
  const { start, end } = node.position ?? {};
  return body.slice(start?.offset ?? 0, end?.offset ?? 0).replace(/\n[ \t]*(>[ \t]?)+/g, '\n');
}

function wordsOf(node: Nodes): string {
  if ('value' in node) return node.value;
  if ('alt' in node) return node.alt ?? '';
  return 'children' in node ? node.children.map(wordsOf).join('') : '';
}
