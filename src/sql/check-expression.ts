import { checkCall, collect } from './check-call.ts';
import { checkOperator } from './check-operator.ts';
import type { Check } from './check-sql.ts';
import { checkType } from './check-type.ts';
import { refuse } from './refuse.ts';
import { columnsOf, findName, findQualified, type Item, type Scope } from './scope.ts';
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

/** A value that the text of a statement makes may have this many bytes. */
const largestValue = 1_000_000;

type Rule = (fields: Fields, scope: Scope, check: Check) => number;

/** The nodes that may stand in an expression; each returns the bytes that its value may have. */
const rules: Record<string, Rule> = {
  A_Const: constantSize,
  ColumnRef: checkColumn,
  FuncCall: checkCall,
  A_Expr: checkOperator,
  TypeCast: checkCast,
  SubLink: checkSubquery,
  A_Indirection: checkPart,
  SQLValueFunction: checkValueFunction,
  CollateClause: checkCollation,
  BoolExpr: parts('AND, OR and NOT', ['args'], ['boolop']),
  NullTest: parts('IS NULL', ['arg'], ['nulltesttype']),
  BooleanTest: parts('IS TRUE', ['arg'], ['booltesttype']),
  CaseExpr: parts('CASE', ['arg', 'args', 'defresult']),
  CaseWhen: parts('WHEN', ['expr', 'result']),
  CoalesceExpr: parts('COALESCE', ['args']),
  MinMaxExpr: parts('GREATEST', ['args'], ['op']),
  GroupingFunc: parts('GROUPING', ['args']),
  NamedArgExpr: parts('A named argument', ['arg'], ['name', 'argnumber']),
  List: parts('A list', ['items']),
  A_ArrayExpr: parts('ARRAY', ['elements'], ['list_start', 'list_end']),
  RowExpr: doubled(parts('ROW', ['args'], ['row_format'])),
  JsonObjectConstructor: doubled(parts('JSON_OBJECT', ['exprs'], ['output', 'absent_on_null', 'unique'])),
  JsonArrayConstructor: doubled(parts('JSON_ARRAY', ['exprs'], ['output', 'absent_on_null'])),
  JsonIsPredicate: parts('IS JSON', ['expr'], ['format', 'item_type', 'unique_keys']),
  JsonKeyValue: (fields, scope, check) =>
    check.expression(fields.key, scope) + jsonValue(fieldsOf(fields.value), scope, check),
  JsonValueExpr: jsonValue,
};

/** Checks an expression. Throws a `Refusal` for a node that is not among the rules. */
export function checkExpression(node: unknown, scope: Scope, check: Check): number {
  const { tag, fields } = openNode(node);
  const rule = rules[tag];
  if (!rule) refuse(tag === 'ParamRef' ? 'parameter' : 'construct', reasonAgainst(tag));
  const size = rule(fields, scope, check);
  if (size > largestValue) {
    refuse('size', 'A value of this statement could become very large. Do not multiply texts or arrays.');
  }
  return size;
}

/** Checks a WINDOW or OVER clause. */
export function checkWindow(window: Fields, scope: Scope, check: Check): void {
  const clauses = ['partitionClause', 'orderClause', 'startOffset', 'endOffset'];
  allowFields(window, 'A window', [...clauses, 'name', 'refname', 'frameOptions']);
  for (const node of listOf(window.partitionClause)) check.expression(node, scope);
  checkOrder(window.orderClause, scope, check);
  for (const offset of [window.startOffset, window.endOffset]) if (offset) check.expression(offset, scope);
}

/** Checks ORDER BY where it sees no result columns: in a window and in an aggregate. */
export function checkOrder(clause: unknown, scope: Scope, check: Check): void {
  for (const node of listOf(clause)) {
    const sort = fieldsIf(node, 'SortBy') ?? {};
    allowFields(sort, 'ORDER BY', ['node', 'sortby_dir', 'sortby_nulls']);
    check.expression(sort.node, scope);
  }
}

function reasonAgainst(tag: string): string {
  if (tag === 'ParamRef') return 'Parameters such as $1 are not allowed. Write the value.';
  if (tag === 'SetToDefault') return 'DEFAULT is not allowed.';
  return `${tag.replace(/Expr$/, '')} is not allowed in an expression.`;
}

/** A rule for a node whose fields are all expressions, but for those named in `plain`. */
function parts(what: string, expressions: string[], plain: string[] = []): Rule {
  return (fields, scope, check) => {
    allowFields(fields, what, [...expressions, ...plain]);
    checkOutput(fields, check);
    const nodes = expressions.flatMap((name) =>
      Array.isArray(fields[name]) ? fields[name] : [fields[name]],
    );
    return nodes.reduce<number>(
      (size, node) => size + (node === undefined ? 0 : check.expression(node, scope)),
      0,
    );
  };
}

/** Rows and JSON quote what is in them, and quote the quotes again when they are nested. */
function doubled(rule: Rule): Rule {
  return (fields, scope, check) => 2 * rule(fields, scope, check);
}

function checkOutput(fields: Fields, check: Check): void {
  const type = fieldsOf(fields.output).typeName;
  if (type) checkType(fieldsOf(type), check.policy);
}

function jsonValue(fields: Fields, scope: Scope, check: Check): number {
  allowFields(fields, 'A JSON value', ['raw_expr', 'format', 'formatted_expr']);
  return fields.raw_expr ? check.expression(fields.raw_expr, scope) : 0;
}

function constantSize(constant: Fields): number {
  if (constant.bsval) refuse('type', "Bit strings such as B'1' are not allowed.");
  const text = textOf(fieldsOf(constant.sval).sval) ?? textOf(fieldsOf(constant.fval).fval) ?? '';
  const exponent = /^\s*[-+]?[\d._]+e\+?0*(\d+)\s*$/i.exec(text)?.[1];
  if (Number(exponent ?? 0) > 308) refuse('size', 'A number with so large an exponent is not allowed.');
  return Math.max(8, text.length);
}

function checkColumn(reference: Fields, scope: Scope): number {
  const path = namesOf(reference.fields);
  if (path.includes(undefined)) refuse('whole-row', '* is not allowed here. Name the columns.');
  const [name, ...rest] = path as string[]; // no star is left
  const found = rest.length === 0 ? findName(name ?? '', scope) : findQualified(path as string[], scope); // as above
  if ('size' in found) return found.size;
  return wholeRow(found);
}

/** A row of a query is what that query selects. A row of a table has a type of its own, with all its columns. */
function wholeRow(item: Item): number {
  if (item.stored) {
    refuse(
      'whole-row',
      `${item.name} as a value is its whole row, which is not allowed. Name columns. ${columnsOf(item)}`,
    );
  }
  return 2 * item.columns.reduce((size, column) => size + column.size, 0);
}

/** `(row).column`, where the row is that of a query, and `array[1]`. Any other dot could call a function. */
function checkPart(part: Fields, scope: Scope, check: Check): number {
  const size = check.expression(part.arg, scope);
  const [first, ...rest] = listOf(part.indirection).map(openNode);
  const name = first?.tag === 'String' ? textOf(first.fields.sval) : undefined;
  if (name !== undefined) checkField(name, fieldsIf(part.arg, 'ColumnRef'), scope);
  for (const { tag, fields } of name === undefined && first ? [first, ...rest] : rest) {
    if (tag !== 'A_Indices')
      refuse('whole-row', '(…).* and (…).name are not allowed here. Name the columns in a subquery.');
    for (const index of [fields.lidx, fields.uidx]) if (index) check.expression(index, scope);
  }
  return size;
}

function checkField(name: string, reference: Fields | undefined, scope: Scope): void {
  const path = namesOf(reference?.fields);
  const row = path.length === 1 && path[0] !== undefined ? findName(path[0], scope) : undefined;
  if (row && 'columns' in row && row.columns.some((column) => column.name === name)) return;
  refuse('column', `(…).${name} is not allowed here. Write the column with the alias of its table.`);
}

function checkCast(cast: Fields, scope: Scope, check: Check): number {
  allowFields(cast, 'A cast', ['arg', 'typeName']);
  const type = fieldsOf(cast.typeName);
  checkType(type, check.policy);
  const size = check.expression(cast.arg, scope);
  const quotes = ['A_Const', 'ColumnRef'].includes(openNode(cast.arg).tag) ? 1 : 2;
  return /^(text|varchar|bpchar)$/.test(namesOf(type.names).at(-1) ?? '') ? size * quotes : size;
}

function checkSubquery(link: Fields, scope: Scope, check: Check): number {
  allowFields(link, 'A subquery', ['subLinkType', 'subLinkId', 'testexpr', 'operName', 'subselect']);
  if (link.operName) checkOperator({ name: link.operName, kind: 'AEXPR_OP' }, scope, check);
  const query = fieldsIf(link.subselect, 'SelectStmt');
  if (!query) refuse('reads-only', 'Only SELECT is allowed in a subquery.');
  const tested = link.testexpr ? check.expression(link.testexpr, scope) : 0;
  const { columns } = check.query(query, scope);
  const sizes = columns.reduce((size, column) => size + column.size, tested);
  if (link.subLinkType !== 'ARRAY_SUBLINK') return sizes;
  collect(check, [sizes]);
  return sizes * 10;
}

/** The date and the time. Who the user is and which schema is current stay out of it. */
function checkValueFunction({ op }: Fields): number {
  if (/^SVFOP_(CURRENT_DATE|(CURRENT_TIME|LOCALTIME)(STAMP)?(_N)?)$/.test(textOf(op) ?? '')) return 8;
  refuse('function', `${(textOf(op) ?? '').replace('SVFOP_', '').toLowerCase()} is not allowed.`);
}

function checkCollation(collate: Fields, scope: Scope, check: Check): number {
  const path = namesOf(collate.collname);
  if (path.length > 1 && path[0] !== 'pg_catalog') refuse('construct', 'This collation is not allowed.');
  return check.expression(collate.arg, scope);
}
