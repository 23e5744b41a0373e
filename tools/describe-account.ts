import { z } from 'zod';
import { policyFor } from '../src/account/account-sql-policy.ts';
import { accountRights } from '../src/account/asker-settings.ts';
import { defineTool } from '../src/handoff/define-tool.ts';
import { describeTables } from '../src/sql/describe-tables.ts';

const parameters = z.object({
  tables: z
    .array(z.string().min(1).max(63))
    .max(30)
    .optional()
    .describe('Names of tables, such as ["run", "spend"]. Left out: all tables.'),
});

export const describeAccountTool = defineTool({
  name: 'describe_account',
  description: 'Tells which tables and columns run_account_sql can read for this user, and what they hold.',
  parameters,
  changes: 'nothing',
  run({ tables }, { database }) {
    return describeTables(database, policyFor(accountRights()), tables);
  },
});
