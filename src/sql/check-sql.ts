import { checkExpression, checkWindow } from './check-expression.ts';
import { checkQuery } from './check-query.ts';
import { parseStatement } from './parse-statement.ts';
import { Refusal, type Rule, refuse } from './refuse.ts';
import { type Column, nothing, type Rows, type Scope } from './scope.ts';
import { limitsOf, type SqlPolicy } from './sql-policy.ts';
import { type Fields, fieldsIf, fieldsOf } from './syntax-tree.ts';

export type Checked = Accepted | Refused;

export interface Accepted {
  ok: true;
  /** The text to run: the one statement, without what follows its semicolon. */
  sql: string;
  tables: string[];
  /** The names of the result's columns. */
  columns: string[];
  /** The bytes that an aggregate such as `string_agg` keeps of each row, at most; 0 without one. */
  collectedBytes: number;
  /** The number after LIMIT, where there is one and it holds to the row. */
  limit?: number;
}

export interface Refused {
  ok: false;
  /** For the model: what is wrong and what to write instead. */
  reason: string;
  rule: Rule;
}

/** What the parts of the check share. */
export interface Check {
  policy: SqlPolicy;
  tables: Set<string>;
  collectedBytes: number;
  query(query: Fields, outer: Scope): Rows;
  /** Checks an expression and returns the bytes that its value may have. */
  expression(node: unknown, scope: Scope): number;
  window(window: Fields, scope: Scope): void;
}

/**
 * Says whether a statement may run under a policy: one SELECT, in which every table, column, function, type
 * and construct is on a list of allowed ones. Does not touch the database. Never rejects for any text.
 */
export async function checkSql(text: string, policy: SqlPolicy): Promise<Checked> {
  try {
    const limits = limitsOf(policy);
    const { select, sql } = await parseStatement(text, limits.length);
    const check = startCheck(policy);
    const { columns } = check.query(select, { source: nothing });
    checkResult(columns, limits.columns);
    return {
      ok: true,
      sql,
      tables: [...check.tables],
      columns: columns.map(({ name }) => name),
      collectedBytes: check.collectedBytes,
      ...limitOf(select),
    };
  } catch (error) {
    if (error instanceof Refusal) return { ok: false, reason: error.message, rule: error.rule };
    if (error instanceof RangeError)
      return { ok: false, reason: 'The statement is nested too deeply.', rule: 'length' };
    throw error;
  }
}

function limitOf({ limitCount, limitOption }: Fields): { limit?: number } {
  const count = fieldsIf(limitCount, 'A_Const')?.ival;
  if (count === undefined || limitOption === 'LIMIT_OPTION_WITH_TIES') return {};
  return { limit: Number(fieldsOf(count).ival ?? 0) };
}

function startCheck(policy: SqlPolicy): Check {
  let depth = 0;
  const check: Check = {
    policy,
    tables: new Set(),
    collectedBytes: 0,
    query: (query, outer) => checkQuery(query, outer, check),
    expression(node, scope) {
      if (++depth > 400) refuse('length', 'The statement is nested too deeply.');
      const size = checkExpression(node, scope, check);
      depth--;
      return size;
    },
    window: (window, scope) => checkWindow(window, scope, check),
  };
  return check;
}

function checkResult(columns: Column[], most: number): void {
  if (columns.length === 0) refuse('syntax', 'The statement selects nothing. Name columns after SELECT.');
  if (columns.length > most) {
    refuse(
      'size',
      `The result has ${columns.length} columns; at most ${most} are allowed. Name the ones that you need.`,
    );
  }
}
