import { z } from 'zod';
import { filmsSqlPolicy } from '../src/films/films-sql-policy.ts';
import { defineTool } from '../src/handoff/define-tool.ts';
import { describeTables } from '../src/sql/describe-tables.ts';

const parameters = z.object({
  tables: z
    .array(z.string().min(1).max(63))
    .max(30)
    .optional()
    .describe('Names of tables, such as ["film", "rental"]. Left out: all tables.'),
});

export const describeTablesTool = defineTool({
  name: 'describe_tables',
  description:
    'Tells which tables and columns run_sql can read, what they hold, and how they refer to one another.',
  parameters,
  changes: 'nothing',
  run({ tables }, { database }) {
    return describeTables(database, filmsSqlPolicy, tables);
  },
});
