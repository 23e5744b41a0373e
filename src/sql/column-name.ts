import { fieldsIf, fieldsOf, listOf, namesOf, openNode, textOf } from './syntax-tree.ts';

/** Names that PostgreSQL gives to results of constructs. */
const fixed: Record<string, string> = {
  GroupingFunc: 'grouping',
  A_ArrayExpr: 'array',
  RowExpr: 'row',
  CoalesceExpr: 'coalesce',
  JsonParseExpr: 'json',
  JsonScalarExpr: 'json_scalar',
  JsonSerializeExpr: 'json_serialize',
  JsonObjectConstructor: 'json_object',
  JsonArrayConstructor: 'json_array',
  JsonArrayQueryConstructor: 'json_array',
  JsonObjectAgg: 'json_objectagg',
  JsonArrayAgg: 'json_arrayagg',
};

/** A name, and whether a cast around it leaves it as it is. */
interface Guess {
  name: string;
  firm: boolean;
}

/** The name that PostgreSQL gives to a result column without AS, by the rules of its `FigureColname`. */
export function columnName(expression: unknown): string {
  return guess(expression)?.name ?? '?column?';
}

function guess(node: unknown): Guess | undefined {
  const { tag, fields } = openNode(node);
  const name = fixed[tag];
  if (name) return firm(name);
  switch (tag) {
    case 'ColumnRef':
      return firm(lastName(fields.fields));
    case 'FuncCall':
      return firm(lastName(fields.funcname));
    case 'A_Indirection':
      return firm(lastName(fields.indirection)) ?? guess(fields.arg);
    case 'A_Expr':
      return fields.kind === 'AEXPR_NULLIF' ? firm('nullif') : undefined;
    case 'MinMaxExpr':
      return firm(fields.op === 'IS_LEAST' ? 'least' : 'greatest');
    case 'SQLValueFunction':
      return firm(valueFunctionName(textOf(fields.op) ?? ''));
    case 'CollateClause':
      return guess(fields.arg);
    case 'TypeCast':
      return guessCast(fields.arg, fields.typeName);
    case 'CaseExpr':
      return guessCase(fields.defresult);
    case 'SubLink':
      return guessSubquery(fields.subLinkType, fields.subselect);
    default:
      return undefined;
  }
}

function firm(name: string | undefined): Guess | undefined {
  return name === undefined ? undefined : { name, firm: true };
}

function lastName(list: unknown): string | undefined {
  return namesOf(list).findLast((name) => name !== undefined);
}

function guessCast(arg: unknown, typeName: unknown): Guess | undefined {
  const inner = guess(arg);
  if (inner?.firm) return inner;
  const type = lastName(fieldsOf(typeName).names);
  return type === undefined ? inner : { name: type, firm: false };
}

function guessCase(otherwise: unknown): Guess {
  const inner = otherwise === undefined ? undefined : guess(otherwise);
  return inner?.firm ? inner : { name: 'case', firm: false };
}

function guessSubquery(kind: unknown, subselect: unknown): Guess | undefined {
  if (kind === 'EXISTS_SUBLINK') return firm('exists');
  if (kind === 'ARRAY_SUBLINK') return firm('array');
  if (kind !== 'EXPR_SUBLINK') return undefined;
  return firm(firstColumn(fieldsIf(subselect, 'SelectStmt')));
}

/** The first result column of a query; of a set operation, that of its leftmost arm. */
function firstColumn(select: unknown): string {
  const { larg, valuesLists, targetList } = fieldsOf(select);
  if (larg) return firstColumn(larg);
  if (valuesLists) return 'column1';
  const target = fieldsIf(listOf(targetList)[0], 'ResTarget');
  return textOf(target?.name) ?? columnName(target?.val);
}

/** `SVFOP_CURRENT_DATE` is `current_date`; a precision has `_N` behind it. */
function valueFunctionName(op: string): string {
  return op.replace('SVFOP_', '').replace(/_N$/, '').toLowerCase();
}
