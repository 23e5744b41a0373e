import type { ScanToken } from 'libpg-query';
import { loadParser } from '../../../sql/load-parser.ts';
import { type Fields, fieldsIf, fieldsOf, listOf } from '../../../sql/syntax-tree.ts';

/**
 * A statement as its parser sees it. The parser counts bytes, so `bytes` has one character a byte, and places in the tree and the tokens
 * are places in it.
 */
export interface SqlText {
  bytes: string;
  select: Fields;
  tokens: ScanToken[];
}

/** Reads one SELECT. Throws an `Error` when it is none. */
export async function readSqlText(sql: string): Promise<SqlText> {
  const { parseSync, scanSync } = await loadParser();
  const statements = listOf(fieldsOf(parseSync(sql)).stmts);
  const select = statements.length === 1 ? fieldsIf(fieldsOf(statements[0]).stmt, 'SelectStmt') : undefined;
  if (!select) throw new Error(`This is not one SELECT: ${sql}`);
  const tokens = scanSync(sql).tokens.filter(({ tokenName }) => !tokenName.includes('COMMENT'));
  const bytes = Buffer.from(sql).toString('latin1');
  return {
    bytes: bytes.trimEnd().replace(/;$/, ''),
    select,
    tokens: tokens.filter(({ text }) => text !== ';'),
  };
}

export interface Edit {
  from: number;
  to: number;
  text: string;
}

/** The statement with some places replaced. */
export function edited(bytes: string, edits: Edit[]): string {
  const inOrder = edits.toSorted((one, other) => other.from - one.from);
  const changed = inOrder.reduce(
    (text, { from, to, text: put }) =>
      text.slice(0, from) + Buffer.from(put).toString('latin1') + text.slice(to),
    bytes,
  );
  return Buffer.from(changed, 'latin1').toString();
}

/** Every node of a tree with the fields of its tag, outermost first. */
export function* nodesIn(tree: unknown): Generator<{ tag: string; fields: Fields }> {
  if (Array.isArray(tree)) {
    for (const part of tree) yield* nodesIn(part);
    return;
  }
  for (const [name, value] of Object.entries(fieldsOf(tree))) {
    if (typeof value !== 'object' || value === null) continue;
    if (/^[A-Z]/.test(name)) yield { tag: name, fields: fieldsOf(value) };
    yield* nodesIn(value);
  }
}

/**
 * The text of an expression that the tree holds: from its first place to the end of the token at its last, with the brackets that this
 * leaves open and the field of an interval. Undefined where the tree knows no place.
 */
export function textOfExpression({ bytes, tokens }: SqlText, expression: unknown): string | undefined {
  const places = [...nodesIn(expression)].map(({ fields }) => fields.location).filter(isPlace);
  const typed = [...nodesIn(expression)]
    .map(({ fields }) => fieldsOf(fields.typeName).location)
    .filter(isPlace);
  const all = [...places, ...typed];
  if (all.length === 0) return undefined;
  const from = Math.min(...all);
  let at = tokens.findIndex(({ start }) => start === Math.max(...all));
  const open = () =>
    balanceOf(tokens.filter(({ start }) => start >= from && start <= (tokens[at]?.start ?? 0)));
  while (
    at >= 0 &&
    at < tokens.length - 1 &&
    (open() > 0 || intervalFields.has(tokens[at + 1]?.text.toLowerCase() ?? ''))
  )
    at += 1;
  const end = tokens[at]?.end;
  return end === undefined ? undefined : Buffer.from(bytes.slice(from, end), 'latin1').toString();
}

const intervalFields = new Set(['year', 'month', 'week', 'day', 'hour', 'minute', 'second']);

function isPlace(value: unknown): value is number {
  return typeof value === 'number' && value >= 0;
}

function balanceOf(tokens: ScanToken[]): number {
  return tokens.reduce((depth, { text }) => depth + (text === '(' ? 1 : text === ')' ? -1 : 0), 0);
}
