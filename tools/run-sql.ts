import { z } from 'zod';
import { filmsSqlPolicy } from '../src/films/films-sql-policy.ts';
import { ensureShop } from '../src/films/load-shop.ts';
import { defineTool } from '../src/handoff/define-tool.ts';
import type { Json } from '../src/message.ts';
import { createReader } from '../src/sql/create-reader.ts';
import { runSelect, type SqlResult } from '../src/sql/run-select.ts';

/** What a model reads of a result; the artifact holds all of it. */
const charactersToShow = 8_000;

const parameters = z.object({
  sql: z
    .string()
    .min(1)
    .max(20_000)
    .describe(
      'One PostgreSQL SELECT over the tables of describe_tables, without a schema before their names.',
    ),
});

export const runSqlTool = defineTool({
  name: 'run_sql',
  description:
    'Runs one SELECT on the film shop and returns its columns and rows as JSON. Reads only. What is refused ' +
    'or fails comes back with the reason.',
  parameters,
  sqlPolicy: filmsSqlPolicy,
  changes: 'nothing',
  async run({ sql }, { database, signal }) {
    const result = await runSelect(database, sql, filmsSqlPolicy, { signal });
    const { columns, rows, rowCount, truncated } = result;
    const artifact = { sql, columns, rows, rowCount, ...(truncated && { truncated }) };
    return { content: JSON.stringify(toShow(result)), artifact };
  },
  async prepare({ database, embedder, progress }) {
    await createReader(database, filmsSqlPolicy);
    await ensureShop(database.db, embedder, {
      onProgress: (done, total, what) => progress(what, done, total),
    });
  },
});

/** As many rows as fit, and a note when there are more than these. */
function toShow({ columns, rows, rowCount, truncated }: SqlResult): Json {
  const shown: Json[] = [];
  let left = charactersToShow;
  for (const row of rows) {
    left -= JSON.stringify(row).length;
    if (left < 0) break;
    shown.push(row);
  }
  if (shown.length === rowCount && !truncated) return { columns, rows: shown, rowCount };
  const total = truncated ? `more than ${rowCount}` : String(rowCount);
  const note = `These are the first ${shown.length} of ${total} rows. Count, group or limit to see what matters.`;
  return { columns, rows: shown, rowCount, truncated: note };
}
