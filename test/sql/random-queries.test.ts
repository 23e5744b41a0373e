import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ToolError } from '../../src/errors.ts';
import { checkSql } from '../../src/sql/check-sql.ts';
import { createReader } from '../../src/sql/create-reader.ts';
import { runSelect } from '../../src/sql/run-select.ts';
import { runsOf, seedOf } from '../support/property-runs.ts';
import { openTestDatabase } from '../support/test-database.ts';
import { randomQuery } from './random-queries.ts';
import { makeShop, shopPolicy } from './shop.ts';

/** The role is the judge: what it denies, the check should have refused by the names alone. */
test('the check accepts no statement that the role would deny', { timeout: 130_000 }, async () => {
  const database = await openTestDatabase();
  await makeShop(database);
  await createReader(database, shopPolicy);
  let accepted = 0;
  let ran = 0;
  await fc.assert(
    fc.asyncProperty(fc.oneof(randomQuery(1), randomQuery(2)), async (statement) => {
      const checked = await checkSql(statement, shopPolicy);
      if (!checked.ok) return;
      accepted++;
      const failed = await runSelect(database, statement, shopPolicy).then(
        (result) => {
          ran++;
          expect([...result.columns].sort()).toEqual([...checked.columns].sort());
        },
        (error: unknown) => error,
      );
      if (failed === undefined) return;
      expect(failed).toBeInstanceOf(ToolError);
      expect(String(failed)).not.toContain('permission denied');
    }),
    { numRuns: runsOf(30_000), seed: seedOf(1) },
  );
  expect(accepted).toBeGreaterThan(100);
  expect(ran).toBeGreaterThan(50);
});
