import { checkFrom } from './check-from.ts';
import type { Check } from './check-sql.ts';
import { checkWith } from './check-with.ts';
import { columnName } from './column-name.ts';
import { refuse } from './refuse.ts';
import {
  type Column,
  columnsOf,
  findNamedItem,
  inside,
  nothing,
  type Rows,
  type Scope,
  type Source,
} from './scope.ts';
import {
  allowFields,
  constantOf,
  type Fields,
  fieldsIf,
  fieldsOf,
  listOf,
  namesOf,
  openNode,
  textOf,
} from './syntax-tree.ts';

const known =
  `distinctClause targetList fromClause whereClause groupClause groupDistinct havingClause windowClause
  valuesLists sortClause limitOffset limitCount limitOption withClause op all larg rarg`.split(/\s+/);

/** Checks a SELECT, a VALUES or a set operation at any depth, and says what it returns. */
export function checkQuery(query: Fields, outer: Scope, check: Check): Rows {
  if (query.intoClause) refuse('reads-only', 'SELECT INTO makes a table. Only reading is allowed.');
  if (query.lockingClause)
    refuse('reads-only', 'FOR UPDATE and FOR SHARE lock rows. Only reading is allowed.');
  allowFields(query, 'A query', known);
  const scope = query.withClause ? checkWith(fieldsOf(query.withClause), outer, check) : outer;
  const { rows, level } = checkBody(query, scope, check);
  for (const limit of [query.limitOffset, query.limitCount]) if (limit) check.expression(limit, level);
  return rows;
}

interface Body {
  rows: Rows;
  /** What ORDER BY and LIMIT see. */
  level: Scope;
}

function checkBody(query: Fields, scope: Scope, check: Check): Body {
  if (query.larg) return checkSetOperation(query, scope, check);
  if (query.valuesLists) return checkValues(query, scope, check);
  const source = checkFrom(listOf(query.fromClause), scope, check);
  const level = inside(source, scope);
  const rows = checkTargets(listOf(query.targetList), level, check);
  checkClauses(query, level, rows.columns, check);
  return { rows, level };
}

function checkSetOperation(query: Fields, scope: Scope, check: Check): Body {
  const left = checkQuery(fieldsOf(query.larg), scope, check);
  const right = checkQuery(fieldsOf(query.rarg), scope, check);
  const columns = left.columns.map(({ name, size }, index) => ({
    name,
    size: Math.max(size, right.columns[index]?.size ?? 0),
  }));
  const rows = { columns, ordered: left.ordered };
  const level = inside({ ...nothing, columns }, scope);
  checkSort(query.sortClause, level, columns, check);
  return { rows, level };
}

function checkValues(query: Fields, scope: Scope, check: Check): Body {
  const sizes: number[] = [];
  for (const row of listOf(query.valuesLists)) {
    for (const [index, value] of listOf(fieldsIf(row, 'List')?.items).entries()) {
      sizes[index] = Math.max(sizes[index] ?? 0, check.expression(value, scope));
    }
  }
  const columns = sizes.map((size, index) => ({ name: `column${index + 1}`, size }));
  const level = inside({ ...nothing, columns }, scope);
  checkSort(query.sortClause, level, columns, check);
  return { rows: { columns, ordered: true }, level };
}

function checkTargets(targets: unknown[], level: Scope, check: Check): Rows {
  let ordered = true;
  const columns = targets.flatMap((node) => {
    const target = fieldsIf(node, 'ResTarget') ?? {};
    allowFields(target, 'A result column', ['name', 'val']);
    const star = starOf(target.val, level);
    if (star) ordered &&= star.ordered;
    return star?.columns ?? [checkTarget(target, level, check)];
  });
  return { columns, ordered };
}

function checkTarget(target: Fields, level: Scope, check: Check): Column {
  const size = check.expression(target.val, level);
  return { name: textOf(target.name) ?? columnName(target.val), size };
}

/** What `*` or `t.*` stands for. Refuses when a hidden column is part of it. */
function starOf(value: unknown, level: Scope): Rows | undefined {
  const reference = fieldsIf(value, 'ColumnRef');
  if (!reference || fieldsIf(listOf(reference.fields).at(-1), 'A_Star') === undefined) return undefined;
  const path = namesOf(reference.fields).slice(0, -1) as string[]; // only the last field can be a star
  const { columns, partial, ordered } = path.length === 0 ? level.source : starSource(path, level);
  if (partial)
    refuse('column', `* would also read columns that may not be read. Name the columns instead. ${partial}`);
  return { columns, ordered };
}

function starSource(path: string[], level: Scope): Pick<Source, 'columns' | 'partial' | 'ordered'> {
  const item = findNamedItem(path, level);
  const hides = item.stored === 'part' ? { partial: columnsOf(item) } : {};
  return { columns: item.columns, ordered: item.ordered, ...hides };
}

function checkClauses(query: Fields, level: Scope, results: Column[], check: Check): void {
  for (const clause of [query.whereClause, query.havingClause]) if (clause) check.expression(clause, level);
  for (const node of listOf(query.groupClause)) checkGroup(node, level, results, check);
  for (const node of listOf(query.windowClause)) check.window(fieldsIf(node, 'WindowDef') ?? {}, level);
  checkSort(query.sortClause, level, results, check);
  for (const node of listOf(query.distinctClause)) {
    if (Object.keys(fieldsOf(node)).length > 0) checkOrder(node, level, results, check);
  }
}

function checkSort(clause: unknown, level: Scope, results: Column[], check: Check): void {
  for (const node of listOf(clause)) {
    const sort = fieldsIf(node, 'SortBy') ?? {};
    allowFields(sort, 'ORDER BY', ['node', 'sortby_dir', 'sortby_nulls']);
    checkOrder(sort.node, level, results, check);
  }
}

/** In ORDER BY and DISTINCT ON, a bare name is a result column before it is a column of a table. */
function checkOrder(node: unknown, level: Scope, results: Column[], check: Check): void {
  if (!isResult(node, results)) check.expression(node, level);
}

/** In GROUP BY, a bare name is a column of a table before it is a result column. */
function checkGroup(node: unknown, level: Scope, results: Column[], check: Check): void {
  const { tag, fields } = openNode(node);
  const parts = tag === 'GroupingSet' ? fields.content : tag === 'RowExpr' ? fields.args : undefined;
  if (parts || tag === 'GroupingSet') {
    for (const part of listOf(parts)) checkGroup(part, level, results, check);
    return;
  }
  const { columns, hidden } = level.source;
  const name = bareName(node);
  const isInput = name !== undefined && (hidden.has(name) || columns.some((column) => column.name === name));
  if (isInput || !isResult(node, results)) check.expression(node, level);
}

function isResult(node: unknown, results: Column[]): boolean {
  const name = bareName(node);
  return name !== undefined
    ? results.some((column) => column.name === name)
    : typeof constantOf(node) === 'number';
}

function bareName(node: unknown): string | undefined {
  const path = namesOf(fieldsIf(node, 'ColumnRef')?.fields);
  return path.length === 1 ? path[0] : undefined;
}
