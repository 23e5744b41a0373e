import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { suite } from '../../../../evals/adapters/pg-sql-gold.eval.ts';
import { folderOfDumps, loadDatabases, policyOf } from '../../../../evals/projects/any-database/databases.ts';
import { describeTablesTool } from '../../../../evals/projects/any-database/tools/describe-tables.ts';
import { runSqlTool } from '../../../../evals/projects/any-database/tools/run-sql.ts';
import { judgeStatement } from '../../../../src/eval/scorers/sql/judge-statement.ts';
import type { ToolContext } from '../../../../src/handoff/define-tool.ts';
import { makeTestDatabase, type TestDatabase } from '../../../support/test-database.ts';

const there = existsSync(folderOfDumps);
if (!there) process.stderr.write(`Skipped: there is no ${folderOfDumps}.\n`);

describe.skipIf(!there)('seven databases that nobody has seen', () => {
  let made: TestDatabase;
  beforeAll(async () => {
    made = await makeTestDatabase();
    await loadDatabases(made.database);
  });
  afterAll(() => made.drop());

  /** What the tools look at of their context. */
  function contextOf(database: string): ToolContext {
    const { signal } = new AbortController();
    return { database: made.database, configurable: { database }, signal } as unknown as ToolContext;
  }

  test('the tools show and read the database that the case is about, and no other', async () => {
    expect(await describeTablesTool.run({}, contextOf('broker'))).toMatch(
      /^sbcustomer \(about 20 rows\)\n {2}sbcustid character varying\(20\) — primary key$/m,
    );
    const read = await runSqlTool.run({ sql: 'select count(*) as n from sbCustomer' }, contextOf('broker'));
    expect(read).toMatchObject({ artifact: { columns: ['n'], rows: [[20]] } });
    await expect(
      runSqlTool.run({ sql: 'select 1 from sbCustomer' }, contextOf('yelp')),
    ).rejects.toMatchObject({ name: 'ToolError' });
    await expect(runSqlTool.run({ sql: 'select 1' }, contextOf('nowhere'))).rejects.toThrow(
      'There is no such database.',
    );
  });

  test('gold statements say the same as they themselves do', { timeout: 120_000 }, async () => {
    const cases = typeof suite.cases === 'function' ? await suite.cases({ projectDir: '.' }) : [];
    const some = cases.filter((_, at) => at % 8 === 0);
    const wrong: string[] = [];
    for (const { configurable, expect: expected } of some) {
      const policy = policyOf(String(configurable?.database));
      const sql = typeof expected?.sql === 'object' ? [expected.sql.gold].flat()[0] : undefined;
      if (!policy || !sql) throw new Error('A case names no database or no statement.');
      const { signal } = new AbortController();
      const { why } = await judgeStatement(
        made.database,
        policy,
        { gold: sql, sql },
        { ordered: false, extraColumns: false, settings: {}, signal },
      );
      if (why !== undefined) wrong.push(`${sql}: ${why}`);
    }
    expect(some.length).toBeGreaterThan(20);
    expect(wrong).toEqual([]);
  });
});
