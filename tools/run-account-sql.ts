import { z } from 'zod';
import { accountSqlPolicy } from '../src/account/account-sql-policy.ts';
import { runAccountSelect } from '../src/account/run-account-select.ts';
import { defineTool } from '../src/handoff/define-tool.ts';
import { createReader } from '../src/sql/create-reader.ts';
import { showResult } from '../src/sql/show-result.ts';

const parameters = z.object({
  sql: z
    .string()
    .min(1)
    .max(20_000)
    .describe(
      'One PostgreSQL SELECT over the tables of describe_account, without a schema before their names.',
    ),
});

export const runAccountSqlTool = defineTool({
  name: 'run_account_sql',
  description:
    "Runs one SELECT on the asker's own account (threads, runs, documents, spend, budgets, keys) and returns columns and rows " +
    'as JSON. Reads only. What is refused or fails comes back with the reason.',
  parameters,
  sqlPolicy: accountSqlPolicy,
  changes: 'nothing',
  async run({ sql }, { database, signal }) {
    const result = await runAccountSelect(database, sql, { signal });
    const { columns, rows, rowCount, truncated } = result;
    const artifact = { sql, columns, rows, rowCount, ...(truncated && { truncated }) };
    return { content: JSON.stringify(showResult(result)), artifact };
  },
  prepare: ({ database }) => createReader(database, accountSqlPolicy),
});
