import { z } from 'zod';
import { ToolError } from '../../../../src/errors.ts';
import { defineTool } from '../../../../src/handoff/define-tool.ts';
import { runSelect } from '../../../../src/sql/run-select.ts';
import { showResult } from '../../../../src/sql/show-result.ts';
import { anyDatabase, policyOf } from '../databases.ts';

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
    'Runs one SELECT on the database that is asked about and returns its columns and rows as JSON. Reads only. What is refused or fails comes ' +
    'back with the reason.',
  parameters,
  sqlPolicy: anyDatabase,
  changes: 'nothing',
  async run({ sql }, { database, signal, configurable }) {
    const policy = policyOf(String(configurable.database));
    if (!policy) throw new ToolError('There is no such database.');
    const result = await runSelect(database, sql, policy, { signal });
    const { columns, rows, rowCount, truncated } = result;
    const artifact = { sql, columns, rows, rowCount, ...(truncated && { truncated }) };
    return { content: JSON.stringify(showResult(result)), artifact };
  },
});
