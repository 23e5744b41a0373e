/**
 * What a name means at a place of a statement, by PostgreSQL's rules.
 *
 * A table shows only the columns that the policy allows, so whatever resolves may be read. The hidden ones
 * are kept beside them for one reason: where PostgreSQL would find a hidden column, it must not pass as
 * another one of the same name further out.
 */
import { didYouMean, refuse, someOf } from './refuse.ts';

export interface Column {
  name: string;
  /** How many bytes a value may have, roughly: statements that multiply sizes are refused by it. */
  size: number;
}

/** Something in FROM that a qualified name can stand on. */
export interface Item {
  name: string;
  /** Set for a table that has no alias: it may also be named with its schema. */
  schema?: string;
  columns: Column[];
  hidden: ReadonlySet<string>;
  ordered: boolean;
  /** A table of the database, not a query: `whole` when none of its columns is hidden, else `part`. */
  stored?: 'whole' | 'part';
}

/** What a FROM clause, or a part of it, offers. */
export interface Source {
  items: Item[];
  /** What an unqualified name or `*` sees, in order. */
  columns: Column[];
  hidden: ReadonlySet<string>;
  /** Whether the order of the columns is known: a policy's lists need not have the table's order. */
  ordered: boolean;
  /** Set when a hidden column is part of `*`. */
  partial?: string;
}

export interface Scope {
  source: Source;
  outer?: Scope;
  ctes?: CteLookup;
}

/** Finds a common table expression by name; its columns are worked out when they are first needed. */
export type CteLookup = (name: string) => (() => Rows) | undefined;

/** What a query returns. */
export interface Rows {
  columns: Column[];
  ordered: boolean;
}

export const nothing: Source = { items: [], columns: [], hidden: new Set(), ordered: true };

/** A scope that sees a source, and then what the outer scope sees. */
export function inside(source: Source, outer: Scope): Scope {
  return { source, outer, ...(outer.ctes && { ctes: outer.ctes }) };
}

/** Two sources side by side. */
export function beside(left: Source, right: Source): Source {
  const partial = left.partial ?? right.partial;
  return {
    items: [...left.items, ...right.items],
    columns: [...left.columns, ...right.columns],
    hidden: new Set([...left.hidden, ...right.hidden]),
    ordered: left.ordered && right.ordered,
    ...(partial && { partial }),
  };
}

/** Refuses when the same name stands twice in FROM, as PostgreSQL does. */
export function checkItemNames(items: Item[]): void {
  const seen = new Set<string>();
  for (const { name } of items) {
    if (name && seen.has(name))
      refuse('table', `The name ${name} stands twice in FROM. Give each its own alias.`);
    seen.add(name);
  }
}

/** What an unqualified name means: a column, or the whole row of an item. */
export function findName(name: string, scope: Scope): Column | Item {
  for (let level: Scope | undefined = scope; level; level = level.outer) {
    const { columns, hidden } = level.source;
    const column = columns.find((candidate) => candidate.name === name);
    if (hidden.has(name)) refuseHidden(name, level.source, column !== undefined);
    if (column) return column;
  }
  const item = findItem(scope, (candidate) => candidate.name === name);
  return item ?? refuse('column', unknownColumn(name, scope));
}

/** What `alias.name` or `schema.table.name` means. */
export function findQualified(path: string[], scope: Scope): Column {
  const name = path.at(-1) ?? '';
  const item = findNamedItem(path.slice(0, -1), scope);
  const column = item.columns.find((candidate) => candidate.name === name);
  if (column) return column;
  const known = item.columns.map((candidate) => candidate.name);
  if (item.hidden.has(name)) refuse('column', `${item.name}.${name} may not be read. ${columnsOf(item)}`);
  refuse('column', `${item.name} has no column ${name}.${didYouMean(name, known)} ${columnsOf(item)}`);
}

/** The item that `alias` or `schema.table` names, innermost first. */
export function findNamedItem(path: string[], scope: Scope): Item {
  const name = path.at(-1) ?? '';
  const schema = path.length === 2 ? path[0] : undefined;
  const matches = (item: Item) => item.name === name && (schema === undefined || item.schema === schema);
  const item = path.length <= 2 ? findItem(scope, matches) : undefined;
  if (item) return item;
  const known = itemsOf(scope).map((candidate) => candidate.name);
  refuse('table', `There is no ${path.join('.')} in FROM here.${didYouMean(name, known)}`);
}

/** Says which columns of an item may be read. */
export function columnsOf(item: Item): string {
  return `Its columns: ${someOf(item.columns.map((column) => column.name))}.`;
}

function findItem(scope: Scope, matches: (item: Item) => boolean): Item | undefined {
  return itemsOf(scope).find(matches);
}

function itemsOf(scope: Scope): Item[] {
  const all: Item[] = [];
  for (let level: Scope | undefined = scope; level; level = level.outer) all.push(...level.source.items);
  return all;
}

function refuseHidden(name: string, source: Source, alsoAllowed: boolean): never {
  const owner = source.items.find((item) => item.hidden.has(name));
  if (alsoAllowed)
    refuse('column', `${name} could be a column of several tables. Write it with its table, as t.${name}.`);
  refuse(
    'column',
    `${owner?.name ?? 'the table'}.${name} may not be read.${owner ? ` ${columnsOf(owner)}` : ''}`,
  );
}

function unknownColumn(name: string, scope: Scope): string {
  const items = itemsOf(scope);
  const known = items.flatMap((item) => item.columns.map((column) => column.name));
  const where = items.length === 1 && items[0] ? ` ${columnsOf(items[0])}` : '';
  return `There is no column ${name} here.${didYouMean(name, known)}${where}`;
}
