import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Judged, judgeStatement } from '../../../../src/eval/scorers/sql/judge-statement.ts';
import { filmsSqlPolicy } from '../../../../src/films/films-sql-policy.ts';
import { generateShop } from '../../../../src/films/generate-shop.ts';
import { loadShop } from '../../../../src/films/load-shop.ts';
import { createReader } from '../../../../src/sql/create-reader.ts';
import { makeTestDatabase, type TestDatabase } from '../../../support/test-database.ts';
import { rewritings } from './rewritings.ts';

let made: TestDatabase;
beforeAll(async () => {
  made = await makeTestDatabase();
  await loadShop(made.database.db, generateShop());
  await createReader(made.database, filmsSqlPolicy);
});
afterAll(() => made.drop());

function judge(
  gold: string,
  sql: string,
  more: { ordered?: boolean; extraColumns?: boolean } = {},
): Promise<Judged> {
  const { signal } = new AbortController();
  return judgeStatement(
    made.database,
    filmsSqlPolicy,
    { gold, sql },
    { ordered: false, extraColumns: false, settings: {}, signal, ...more },
  );
}

describe.each(rewritings)('$gold', ({ gold, same, other }) => {
  test.each(same)('says the same as %s', async (sql) => {
    expect((await judge(gold, sql)).why).toBeUndefined();
  });
  test.each(other)('does not say the same as %s', async (sql) => {
    expect((await judge(gold, sql)).why).toMatch(/^(With|On the data|It does not run).+\.$/);
  });
});
