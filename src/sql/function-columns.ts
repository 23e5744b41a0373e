import { checkType } from './check-type.ts';
import { refuse } from './refuse.ts';
import type { Column } from './scope.ts';
import type { SqlPolicy } from './sql-policy.ts';
import { fieldsIf, fieldsOf, listOf, namesOf, textOf } from './syntax-tree.ts';

/** Functions that return several columns, or one whose name an alias does not change. */
const known = new Map(
  Object.entries({
    json_each: ['key', 'value'],
    jsonb_each: ['key', 'value'],
    json_each_text: ['key', 'value'],
    jsonb_each_text: ['key', 'value'],
    json_array_elements: ['value'],
    jsonb_array_elements: ['value'],
    json_array_elements_text: ['value'],
    jsonb_array_elements_text: ['value'],
  }),
);

/** The columns of a function in FROM. `alias` names the column of a function that returns plain values. */
export function functionColumns(
  call: unknown,
  definitions: unknown[],
  alias: string | undefined,
  size: number,
  policy: SqlPolicy,
): Column[] {
  const name = namesOf(fieldsIf(call, 'FuncCall')?.funcname).at(-1);
  if (name === undefined) refuse('construct', 'Only function calls are allowed here in FROM.');
  if (policy.functions?.includes(name))
    refuse('function', `${name} may be called in SELECT and WHERE, not in FROM.`);
  if (definitions.length > 0) return definitions.map((node) => definedColumn(node, size, policy));
  if (/_to_record(set)?$/.test(name)) refuse('construct', `${name} needs its columns: AS t(a int, b text).`);
  const columns = known.get(name);
  if (columns) return columns.map((column) => ({ name: column, size }));
  const args = listOf(fieldsIf(call, 'FuncCall')?.args);
  if (name !== 'unnest' || args.length === 1) return [{ name: alias ?? name, size }];
  return args.map(() => ({ name, size }));
}

function definedColumn(node: unknown, size: number, policy: SqlPolicy): Column {
  const column = fieldsIf(node, 'ColumnDef') ?? {};
  checkType(fieldsOf(column.typeName), policy);
  return { name: textOf(column.colname) ?? '', size };
}
