import { fieldsIf, fieldsOf, listOf, namesOf } from '../../../sql/syntax-tree.ts';
import { type Edit, edited, nodesIn, type SqlText } from './sql-text.ts';

/** The statement with its tables named without their schema, so that it finds the copies. */
export function withoutSchema({ bytes, select, tokens }: SqlText, schema: string): string {
  const edits: Edit[] = [];
  for (const { tag, fields } of nodesIn({ SelectStmt: select })) {
    const named =
      tag === 'RangeVar'
        ? fields.schemaname === schema
        : namesOf(fields.fields).length > 2 && namesOf(fields.fields)[0] === schema;
    const at = tokens.findIndex(({ start }) => start === fields.location);
    const [from, to] = [tokens[at], tokens[at + 2]];
    if (named && (tag === 'RangeVar' || tag === 'ColumnRef') && from && to)
      edits.push({ from: from.start, to: to.start, text: '' });
  }
  return edited(bytes, edits);
}

/** The same statement with every row that ties with its last one: undefined where it has no ORDER BY with a LIMIT. */
export async function withTies(
  sql: string,
  read: (sql: string) => Promise<SqlText>,
): Promise<string | undefined> {
  const { bytes, select, tokens } = await read(sql);
  const limit = fieldsIf(select.limitCount, 'A_Const');
  if (!limit || listOf(select.sortClause).length === 0) return undefined;
  const at = tokens.findIndex(({ start }) => start === limit.location);
  const [word, number] = [tokens[at - 1], tokens[at]];
  if (word?.text.toLowerCase() !== 'limit' || !number || fieldsOf(limit.ival).ival === undefined)
    return undefined;
  return edited(bytes, [
    { from: word.start, to: number.end, text: `fetch first ${number.text} rows with ties` },
  ]);
}
