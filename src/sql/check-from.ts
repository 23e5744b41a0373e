import { checkJoin } from './check-join.ts';
import type { Check } from './check-sql.ts';
import { functionColumns } from './function-columns.ts';
import { didYouMean, refuse, someOf } from './refuse.ts';
import {
  beside,
  type Column,
  checkItemNames,
  inside,
  nothing,
  type Rows,
  type Scope,
  type Source,
} from './scope.ts';
import {
  allowFields,
  type Fields,
  fieldsIf,
  fieldsOf,
  listOf,
  namesOf,
  openNode,
  textOf,
} from './syntax-tree.ts';

/** Every table has these beside its own columns. */
const systemColumns = ['ctid', 'xmin', 'xmax', 'cmin', 'cmax', 'tableoid'];
/** What a value of a table's column is taken to measure, in bytes. */
const usualSize = 200;

/** Checks a FROM clause and says what it offers. */
export function checkFrom(nodes: unknown[], scope: Scope, check: Check): Source {
  let source = nothing;
  for (const node of nodes) source = beside(source, checkFromItem(node, source, scope, check));
  checkItemNames(source.items);
  return source;
}

/** Checks one entry of FROM; `left` is what stands before it and what a LATERAL one sees. */
export function checkFromItem(node: unknown, left: Source, scope: Scope, check: Check): Source {
  const { tag, fields } = openNode(node);
  switch (tag) {
    case 'RangeVar':
      return checkRelation(fields, scope, check);
    case 'RangeSubselect':
      return checkSubquery(fields, left, scope, check);
    case 'JoinExpr':
      return checkJoin(fields, left, scope, check);
    case 'RangeFunction':
      return checkFunctions(fields, inside(left, scope), check);
    case 'RangeTableSample':
      return refuse('construct', 'TABLESAMPLE is not allowed. Use ORDER BY and LIMIT.');
    default:
      return refuse('construct', 'XMLTABLE and JSON_TABLE are not allowed in FROM.');
  }
}

function checkRelation(relation: Fields, scope: Scope, check: Check): Source {
  allowFields(relation, 'A table', [
    'schemaname',
    'relname',
    'inh',
    'relpersistence',
    'alias',
    'catalogname',
  ]);
  const name = textOf(relation.relname) ?? '';
  const schema = textOf(relation.schemaname);
  const cte = schema === undefined && relation.catalogname === undefined ? scope.ctes?.(name) : undefined;
  if (cte) return aliased(cte(), fieldsOf(relation.alias), name);
  return checkTable(relation, name, schema, check);
}

function checkTable(
  relation: Fields,
  name: string,
  schema: string | undefined,
  { policy, tables }: Check,
): Source {
  const table = Object.hasOwn(policy.tables, name) ? policy.tables[name] : undefined;
  if (relation.catalogname || (schema !== undefined && schema !== policy.schema)) {
    refuse(
      'table',
      `Only tables of the schema ${policy.schema} may be read: ${someOf(Object.keys(policy.tables))}.`,
    );
  }
  if (!table) {
    const known = Object.keys(policy.tables);
    refuse(
      'table',
      `There is no table ${name} that may be read.${didYouMean(name, known)} Tables: ${someOf(known)}.`,
    );
  }
  tables.add(name);
  const columns = table.columns.map((column) => ({ name: column, size: usualSize }));
  const stored = (table.hidden ?? []).length > 0 ? 'part' : 'whole';
  const alias = fieldsOf(relation.alias);
  const names = namesOf(alias.colnames);
  if (names.length > 0 && (stored === 'part' || names.length !== columns.length)) {
    refuse(
      'column',
      `Columns of the table ${name} cannot be renamed in FROM. Rename them in SELECT with AS.`,
    );
  }
  const hidden = new Set([...systemColumns, ...(table.hidden ?? [])]);
  return asItem(textOf(alias.aliasname) ?? name, nameColumns({ columns, ordered: false }, names, name), {
    hidden,
    stored,
    ordered: names.length > 0,
    ...(!alias.aliasname && { schema: policy.schema }),
  });
}

function checkSubquery(subquery: Fields, left: Source, scope: Scope, check: Check): Source {
  allowFields(subquery, 'A subquery', ['lateral', 'subquery', 'alias']);
  const query = fieldsIf(subquery.subquery, 'SelectStmt');
  if (!query) refuse('reads-only', 'Only SELECT is allowed in a subquery.');
  const rows = check.query(query, subquery.lateral ? inside(left, scope) : scope);
  return aliased(rows, fieldsOf(subquery.alias), '');
}

/** Functions in FROM always see what stands before them. */
function checkFunctions(range: Fields, scope: Scope, check: Check): Source {
  allowFields(range, 'A function in FROM', [
    'lateral',
    'ordinality',
    'is_rowsfrom',
    'functions',
    'alias',
    'coldeflist',
  ]);
  const calls = listOf(range.functions).map((entry) => listOf(fieldsIf(entry, 'List')?.items));
  const alias = fieldsOf(range.alias);
  const columns = calls.flatMap(([call, definitions]) => {
    const size = check.expression(call, scope);
    const defined = listOf(range.coldeflist ?? fieldsIf(definitions, 'List')?.items);
    return functionColumns(
      call,
      defined,
      calls.length === 1 ? textOf(alias.aliasname) : undefined,
      size,
      check.policy,
    );
  });
  if (range.ordinality) columns.push({ name: 'ordinality', size: 8 });
  const name = textOf(
    fieldsIf(calls[0]?.[0], 'FuncCall') && namesOf(fieldsIf(calls[0]?.[0], 'FuncCall')?.funcname).at(-1),
  );
  return aliased({ columns, ordered: true }, alias, name ?? '');
}

/** A query in FROM under its alias. */
export function aliased(rows: Rows, alias: Fields, ownName: string): Source {
  allowFields(alias, 'An alias', ['aliasname', 'colnames']);
  const name = textOf(alias.aliasname) ?? ownName;
  return asItem(name, nameColumns(rows, namesOf(alias.colnames), name), {
    hidden: new Set(),
    ordered: rows.ordered,
  });
}

interface ItemTraits {
  hidden: ReadonlySet<string>;
  ordered: boolean;
  stored?: 'whole' | 'part';
  schema?: string;
}

function asItem(name: string, columns: Column[], traits: ItemTraits): Source {
  const partial =
    traits.stored === 'part'
      ? { partial: `Of ${name}, these may be read: ${someOf(columns.map((column) => column.name))}.` }
      : {};
  return {
    items: [{ name, columns, ...traits }],
    columns,
    hidden: traits.hidden,
    ordered: traits.ordered,
    ...partial,
  };
}

/** Gives new names to the first columns, as an alias with a column list does. */
export function nameColumns(
  { columns, ordered }: Rows,
  names: (string | undefined)[],
  owner: string,
): Column[] {
  if (names.length > columns.length) {
    refuse('column', `${owner} has ${columns.length} columns, and ${names.length} names are given.`);
  }
  if (names.length > 0 && names.length < columns.length && !ordered) {
    refuse('column', `Give a name to each of the ${columns.length} columns of ${owner}, or to none.`);
  }
  return columns.map((column, index) => ({ name: names[index] ?? column.name, size: column.size }));
}
