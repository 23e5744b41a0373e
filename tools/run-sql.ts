import { z } from 'zod';
import { filmsSqlPolicy } from '../src/films/films-sql-policy.ts';
import { ensureShop } from '../src/films/load-shop.ts';
import { defineTool } from '../src/handoff/define-tool.ts';
import { createReader } from '../src/sql/create-reader.ts';
import { runSelect } from '../src/sql/run-select.ts';
import { showResult } from '../src/sql/show-result.ts';

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
    return { content: JSON.stringify(showResult(result)), artifact };
  },
  async prepare({ database, embedder, progress }) {
    await createReader(database, filmsSqlPolicy);
    await ensureShop(database.db, embedder, {
      onProgress: (done, total, what) => progress(what, done, total),
    });
  },
});
