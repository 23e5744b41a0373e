import { checkFromItem, nameColumns } from './check-from.ts';
import type { Check } from './check-sql.ts';
import { didYouMean, refuse } from './refuse.ts';
import { beside, type Column, checkItemNames, inside, type Scope, type Source } from './scope.ts';
import { allowFields, type Fields, fieldsOf, namesOf, textOf } from './syntax-tree.ts';

/** Checks a join; its right side sees the left one where it is LATERAL, its condition sees both. */
export function checkJoin(join: Fields, before: Source, scope: Scope, check: Check): Source {
  allowFields(join, 'A join', [
    'jointype',
    'isNatural',
    'larg',
    'rarg',
    'usingClause',
    'join_using_alias',
    'quals',
    'alias',
    'rtindex',
  ]);
  const left = checkFromItem(join.larg, before, scope, check);
  const right = checkFromItem(join.rarg, beside(before, left), scope, check);
  checkItemNames([...left.items, ...right.items]);
  const shared = join.isNatural
    ? sharedColumns(left, right)
    : namesOf(join.usingClause).map((name) => name ?? '');
  for (const name of shared) checkShared(name, left, right);
  const joined = merge(left, right, shared);
  if (join.quals) check.expression(join.quals, inside(joined, scope));
  return named(withUsingAlias(joined, fieldsOf(join.join_using_alias), shared), fieldsOf(join.alias));
}

/** NATURAL compares every common column, hidden ones too. */
function sharedColumns(left: Source, right: Source): string[] {
  if (left.partial ?? right.partial) {
    refuse('column', 'NATURAL JOIN would also use columns that may not be read. Join with USING (…) or ON.');
  }
  const names = new Set(right.columns.map((column) => column.name));
  return left.columns.map((column) => column.name).filter((name) => names.has(name));
}

function checkShared(name: string, left: Source, right: Source): void {
  for (const side of [left, right]) {
    const known = side.columns.map((column) => column.name);
    if (known.includes(name) && !side.hidden.has(name)) continue;
    refuse(
      'column',
      `USING (${name}): one side of the join has no such column that may be read.${didYouMean(name, known)}`,
    );
  }
}

/** Shared columns come first, and once. */
function merge(left: Source, right: Source, shared: string[]): Source {
  const both = beside(left, right);
  const firsts = shared.map((name) => left.columns.find((column) => column.name === name)).filter(isColumn);
  const rest = both.columns.filter((column) => !shared.includes(column.name));
  return { ...both, columns: [...firsts, ...rest] };
}

function isColumn(column: Column | undefined): column is Column {
  return column !== undefined;
}

/** `USING (…) AS u` adds a name for the shared columns. */
function withUsingAlias(source: Source, alias: Fields, shared: string[]): Source {
  const name = textOf(alias.aliasname);
  if (!name) return source;
  const columns = source.columns.filter((column) => shared.includes(column.name));
  return { ...source, items: [...source.items, { name, columns, hidden: new Set(), ordered: true }] };
}

/** An alias of a join hides the names inside it. */
function named(source: Source, alias: Fields): Source {
  const name = textOf(alias.aliasname);
  if (!name) return source;
  const names = namesOf(alias.colnames);
  if (names.length > 0 && source.partial) {
    refuse('column', 'The columns of this join cannot be renamed in FROM. Rename them in SELECT with AS.');
  }
  const columns = nameColumns(source, names, name);
  const { hidden, ordered, partial } = source;
  const stored = partial ? { stored: 'part' as const } : {}; // the literal, not any string
  return { ...source, columns, items: [{ name, columns, hidden, ordered, ...stored }] };
}
