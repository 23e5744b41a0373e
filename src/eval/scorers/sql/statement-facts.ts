import {
  constantOf,
  type Fields,
  fieldsIf,
  fieldsOf,
  listOf,
  namesOf,
  textOf,
} from '../../../sql/syntax-tree.ts';
import type { Table } from './read-tables.ts';
import { nodesIn, type SqlText, textOfExpression } from './sql-text.ts';

export interface ColumnPlace {
  table: string;
  column: string;
}

/** A column, or something made of one, that is compared with a constant. */
export interface ComparedColumn extends ColumnPlace {
  /** `=`, `<>`, `<`, `like`, `ilike`, `in` … */
  operator: string;
  /** The constant as SQL. */
  constant: string;
  /** Its value, where it stands in the statement as it is. */
  value: string | number | boolean | null | undefined;
  /** `plain`: the column itself, or a cast of it. `lower`: whatever its case. `year`: its year. `other`: something else made of it. */
  of: 'plain' | 'lower' | 'year' | 'other';
}

/** What a statement looks at. Names are resolved by what the whole statement reads, which is enough to choose data by. */
export interface StatementFacts {
  compared: ComparedColumn[];
  used: ColumnPlace[];
  /** Columns whose case does not count. */
  caseless: ColumnPlace[];
  /** Dates that are cut to or looked at by parts. */
  calendar: ColumnPlace[];
  joins: [ColumnPlace, ColumnPlace][];
  /** Columns of one table that rows are grouped by together. */
  groups: { table: string; columns: string[] }[];
  ordered: ColumnPlace[];
}

/** The tables that a statement may read, by name; those of its WITH are not among them. */
export function namesOfTables({ select }: SqlText): string[] {
  const nodes = [...nodesIn({ SelectStmt: select })];
  const own = new Set(
    nodes.filter(({ tag }) => tag === 'CommonTableExpr').map(({ fields }) => fields.ctename),
  );
  const read = nodes.filter(
    ({ tag, fields }) => tag === 'RangeVar' && (fields.schemaname !== undefined || !own.has(fields.relname)),
  );
  return [...new Set(read.map(({ fields }) => textOf(fields.relname) ?? ''))];
}

/** Reads from the tree what the statement looks at in these tables. */
export function factsOf(text: SqlText, tables: Table[]): StatementFacts {
  const nodes = [...nodesIn({ SelectStmt: text.select })];
  const find = resolver(nodes, tables);
  const all = (expression: unknown) =>
    [...nodesIn(expression)].filter(({ tag }) => tag === 'ColumnRef').flatMap(({ fields }) => find(fields));
  const calls = nodes
    .filter(({ tag }) => tag === 'FuncCall')
    .map(({ fields }) => ({ name: namesOf(fields.funcname).at(-1) ?? '', fields }));
  const compared = nodes
    .filter(({ tag }) => tag === 'A_Expr')
    .flatMap(({ fields }) => comparisonsOf(text, fields, all));
  return {
    compared,
    used: distinct(all({ SelectStmt: text.select })),
    caseless: distinct([
      ...calls
        .filter(({ name }) => /^(lower|upper|initcap)$/.test(name))
        .flatMap(({ fields }) => all(fields.args)),
      ...compared.filter(({ operator }) => operator === 'ilike'),
    ]),
    calendar: distinct(
      calls
        .filter(({ name }) => /^(date_trunc|extract|date_part|to_char|age)$/.test(name))
        .flatMap(({ fields }) => all(fields.args)),
    ),
    joins: nodes.flatMap(({ tag, fields }) => {
      if (tag === 'A_Expr') return joinOf(fields, find);
      return tag === 'JoinExpr' ? pairsOf(namesOf(fields.usingClause), tables) : [];
    }),
    groups: nodes
      .filter(({ fields }) => listOf(fields.groupClause).length > 0)
      .flatMap(({ fields }) => groupsOf(all(fields.groupClause))),
    ordered: distinct(nodes.filter(({ tag }) => tag === 'SortBy').flatMap(({ fields }) => all(fields.node))),
  };
}

/** Which columns of which tables a reference may mean. A name that the statement gives leads to what it was given to. */
function resolver(
  nodes: { tag: string; fields: Fields }[],
  tables: Table[],
): (reference: Fields) => ColumnPlace[] {
  const byAlias = new Map<string, string>();
  for (const { tag, fields } of nodes) {
    const name = textOf(fields.relname);
    if (tag === 'RangeVar' && name) byAlias.set(textOf(fieldsOf(fields.alias).aliasname) ?? name, name);
  }
  const named = new Map<string, Fields>();
  for (const { tag, fields } of nodes) {
    const reference = fieldsIf(fields.val, 'ColumnRef');
    const name = textOf(fields.name);
    if (tag === 'ResTarget' && name && reference) named.set(name, reference);
  }
  const find = (reference: Fields, depth: number): ColumnPlace[] => {
    const names = namesOf(reference.fields);
    const column = names.at(-1);
    if (column === undefined) return [];
    const owner = names.length > 1 ? byAlias.get(names.at(-2) ?? '') : undefined;
    const places = tables
      .filter(
        (table) =>
          (owner === undefined || table.name === owner) && table.columns.some(({ name }) => name === column),
      )
      .map((table) => ({ table: table.name, column }));
    const given = named.get(column);
    return places.length === 0 && given && depth < 3 ? find(given, depth + 1) : places;
  };
  return (reference) => find(reference, 0);
}

const operators: Record<string, string> = { '~~': 'like', '~~*': 'ilike', '!~~': 'like', '!~~*': 'ilike' };

function comparisonsOf(
  text: SqlText,
  fields: Fields,
  all: (expression: unknown) => ColumnPlace[],
): ComparedColumn[] {
  const name = namesOf(fields.name)[0] ?? '';
  const operator = fields.kind === 'AEXPR_IN' ? 'in' : (operators[name] ?? name.toLowerCase());
  if (!/^(=|<>|<|>|<=|>=|like|ilike|in|(not )?between)$/.test(operator)) return [];
  const sides: [unknown, unknown][] = [
    [fields.lexpr, fields.rexpr],
    [fields.rexpr, fields.lexpr],
  ];
  return sides.flatMap(([made, against]) => {
    if (!isConstant(against) || !made || isConstant(made)) return [];
    const places = all(made);
    if (places.length === 0 || places.length > 3) return [];
    return constantsIn(against).flatMap((constant) => {
      const sql = textOfExpression(text, constant);
      if (sql === undefined) return [];
      return places.map((place) => ({
        ...place,
        operator,
        constant: sql,
        value: constantOf(constant),
        of: shapeOf(made),
      }));
    });
  });
}

function constantsIn(against: unknown): unknown[] {
  if (Array.isArray(against)) return against;
  const list = fieldsIf(against, 'List');
  return list ? listOf(list.items) : [against];
}

function isConstant(expression: unknown): boolean {
  const tags = [...nodesIn(expression)].map(({ tag }) => tag);
  return (
    tags.length > 0 && !tags.some((tag) => /^(ColumnRef|SubLink|SelectStmt|A_ArrayExpr|ParamRef)$/.test(tag))
  );
}

function shapeOf(made: unknown): ComparedColumn['of'] {
  const cast = fieldsIf(made, 'TypeCast');
  if (cast) return shapeOf(cast.arg);
  if (fieldsIf(made, 'ColumnRef')) return 'plain';
  const call = fieldsIf(made, 'FuncCall');
  const name = namesOf(call?.funcname).at(-1) ?? '';
  if (name === 'lower' || name === 'upper') return 'lower';
  if (/^(trim|btrim|rtrim)$/.test(name)) return 'plain';
  if (/^(extract|date_part)$/.test(name) && constantOf(listOf(call?.args)[0]) === 'year') return 'year';
  return 'other';
}

function joinOf(fields: Fields, find: (reference: Fields) => ColumnPlace[]): [ColumnPlace, ColumnPlace][] {
  const [left, right] = [fieldsIf(fields.lexpr, 'ColumnRef'), fieldsIf(fields.rexpr, 'ColumnRef')];
  if (namesOf(fields.name)[0] !== '=' || !left || !right) return [];
  const [one] = find(left);
  const [other] = find(right);
  return one && other && one.table !== other.table ? [[one, other]] : [];
}

/** What `using` joins: the column of each of these tables that has it. */
function pairsOf(names: (string | undefined)[], tables: Table[]): [ColumnPlace, ColumnPlace][] {
  return names.flatMap((column = '') => {
    const owners = tables.filter((table) => table.columns.some(({ name }) => name === column));
    return owners.flatMap((one, at) =>
      owners.slice(at + 1).map((other): [ColumnPlace, ColumnPlace] => [
        { table: one.name, column },
        { table: other.name, column },
      ]),
    );
  });
}

function groupsOf(places: ColumnPlace[]): { table: string; columns: string[] }[] {
  const tables = [...new Set(places.map(({ table }) => table))];
  return tables.map((table) => ({
    table,
    columns: distinct(places)
      .filter((place) => place.table === table)
      .map(({ column }) => column),
  }));
}

export function distinct<Place extends ColumnPlace>(places: Place[]): Place[] {
  const seen = new Map(places.toReversed().map((place) => [`${place.table}.${place.column}`, place]));
  return [...seen.values()].toReversed();
}
