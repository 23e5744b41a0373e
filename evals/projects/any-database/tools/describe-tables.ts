import { z } from 'zod';
import { ToolError } from '../../../../src/errors.ts';
import { defineTool } from '../../../../src/handoff/define-tool.ts';
import { describeTables } from '../../../../src/sql/describe-tables.ts';
import { policyOf } from '../databases.ts';

const parameters = z.object({
  tables: z
    .array(z.string().min(1).max(63))
    .max(30)
    .optional()
    .describe('Names of tables. Left out: all tables.'),
});

export const describeTablesTool = defineTool({
  name: 'describe_tables',
  description:
    'Tells which tables and columns run_sql can read, what they hold, and how they refer to one another.',
  parameters,
  changes: 'nothing',
  async run({ tables }, { database, configurable }) {
    const policy = policyOf(String(configurable.database));
    if (!policy) throw new ToolError('There is no such database.');
    return describeTables(database, policy, tables);
  },
});
