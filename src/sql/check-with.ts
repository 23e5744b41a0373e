import { nameColumns } from './check-from.ts';
import type { Check } from './check-sql.ts';
import { refuse } from './refuse.ts';
import type { CteLookup, Rows, Scope } from './scope.ts';
import { allowFields, type Fields, fieldsIf, fieldsOf, listOf, namesOf, textOf } from './syntax-tree.ts';

/** What a value may have grown to when the next step of a recursion reads it; one step may add half of it. */
const sizeInRecursion = 10_000;
const mostGrowth = 1.5;

/**
 * Checks WITH and returns the scope in which its names are known. A name hides tables and outer names;
 * without RECURSIVE a query sees the names before it, with RECURSIVE all of them and itself.
 */
export function checkWith(clause: Fields, outer: Scope, check: Check): Scope {
  allowFields(clause, 'WITH', ['ctes', 'recursive']);
  const nodes = listOf(clause.ctes).map((node) => fieldsIf(node, 'CommonTableExpr') ?? {});
  const found = new Map<string, () => Rows>();
  const lookup: CteLookup = (name) => found.get(name) ?? outer.ctes?.(name);
  const scope: Scope = { ...outer, ctes: lookup };
  const all: (() => Rows)[] = [];
  for (const cte of nodes) {
    const name = textOf(cte.ctename) ?? '';
    if (found.has(name)) refuse('table', `WITH defines ${name} twice.`);
    if (clause.recursive) {
      const rows = once(() => checkRecursive(cte, scope, found, check));
      found.set(name, rows);
      all.push(rows);
    } else {
      const rows = checkPlain(cte, scope, check);
      found.set(name, () => rows);
    }
  }
  for (const rows of all) rows();
  return scope;
}

function checkPlain(cte: Fields, scope: Scope, check: Check): Rows {
  return named(cte, check.query(queryOf(cte), scope));
}

/** While its recursive part is checked, the name stands for what its first part returns. */
function checkRecursive(cte: Fields, scope: Scope, found: Map<string, () => Rows>, check: Check): Rows {
  const query = queryOf(cte);
  const name = textOf(cte.ctename) ?? '';
  if (!query.larg || query.withClause) return checkPlain(cte, scope, check);
  const before = found.get(name);
  const first = named(cte, check.query(fieldsOf(query.larg), scope));
  const grown = first.columns.map((column) => ({
    name: column.name,
    size: Math.max(column.size, sizeInRecursion),
  }));
  let used = false;
  found.set(name, () => {
    used = true;
    return { columns: grown, ordered: first.ordered };
  });
  const next = check.query(fieldsOf(query.rarg), scope);
  if (used)
    checkStep(
      name,
      fieldsOf(query.rarg),
      grown.map((column) => column.size),
      next,
    );
  if (before) found.set(name, before);
  const rows = check.query({ ...query, larg: plainRow(first), rarg: plainRow(first) }, scope);
  const larger = first.columns.map((column, index) => ({
    name: column.name,
    size: Math.max(column.size, next.columns[index]?.size ?? 0),
  }));
  return { columns: used ? grown : larger, ordered: rows.ordered && first.ordered };
}

/** The clauses around a set operation (ORDER BY, LIMIT) see its columns; its arms are checked by themselves. */
function plainRow(rows: Rows): Fields {
  const targetList = rows.columns.map(({ name }) => ({
    ResTarget: { name, val: { A_Const: { isnull: true } } },
  }));
  return { targetList, op: 'SETOP_NONE', limitOption: 'LIMIT_OPTION_DEFAULT' };
}

function checkStep(name: string, step: Fields, sizes: number[], next: Rows): void {
  const joined = listOf(step.fromClause).some((node) => fieldsIf(node, 'JoinExpr'));
  if (!step.whereClause && !joined) {
    refuse(
      'recursion',
      `The recursion of ${name} has no end. Give its second part a condition, such as WHERE n < 100.`,
    );
  }
  if (next.columns.some((column, index) => column.size > (sizes[index] ?? 0) * mostGrowth)) {
    refuse(
      'size',
      `The recursion of ${name} makes its values bigger in each step. Add at most a short text to them.`,
    );
  }
}

function queryOf(cte: Fields): Fields {
  allowFields(cte, 'WITH', ['ctename', 'aliascolnames', 'ctematerialized', 'ctequery']);
  const query = fieldsIf(cte.ctequery, 'SelectStmt');
  return (
    query ??
    refuse('reads-only', `${textOf(cte.ctename)} in WITH changes data. Only SELECT is allowed there.`)
  );
}

function named(cte: Fields, rows: Rows): Rows {
  return {
    columns: nameColumns(rows, namesOf(cte.aliascolnames), textOf(cte.ctename) ?? ''),
    ordered: rows.ordered,
  };
}

/** Works a value out when it is first asked for; asking again meanwhile is a loop. */
function once(work: () => Rows): () => Rows {
  let rows: Rows | undefined;
  let working = false;
  return () => {
    if (rows) return rows;
    if (working)
      refuse('recursion', 'A query in WITH refers to itself in a place that PostgreSQL does not allow.');
    working = true;
    rows = work();
    return rows;
  };
}
