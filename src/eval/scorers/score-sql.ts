import { askerSettings } from '../../account/asker-settings.ts';
import type { Database } from '../../db/open-database.ts';
import type { SqlPolicy } from '../../sql/sql-policy.ts';
import type { ExpectedSql } from '../expectation.ts';
import type { Score, Seen } from '../score.ts';
import { type Judged, judgeStatement } from './sql/judge-statement.ts';
import { queriesOf } from './sql/last-query.ts';

/**
 * Scores the last query of a turn by test-suite execution: it has to say the same as one of the gold statements, on the data and on changed copies
 * of them. Rejects with an `Error` when no gold statement can be run, and when the database cannot be asked.
 */
export async function scoreSql(expected: ExpectedSql, seen: Seen): Promise<Score[]> {
  const last = queriesOf(seen).at(-1);
  if (!last)
    return [{ scorer: 'sql', value: 0, passed: false, why: 'No query was run, or none that worked.' }];
  const { sandbox, context } = seen.subject;
  const policy = { ...last.policy, ...(expected.schema && { schema: expected.schema }) };
  const options = {
    ordered: expected.ordered,
    extraColumns: expected.extraColumns === true,
    settings: settingsOf(policy),
    signal: seen.signal,
  };
  const judged: Judged[] = [];
  for (const gold of expected.gold) {
    const judge = (database: Database) => judgeStatement(database, policy, { gold, sql: last.sql }, options);
    const found = await (policy.ofTenant ? judge(context.database) : sandbox(judge)); // accounts change as turns run
    if (found.why === undefined) {
      return [
        { scorer: 'sql', value: 1, passed: true, details: { sql: last.sql, gold, copies: found.copies } },
      ];
    }
    judged.push(found);
  }
  return [
    {
      scorer: 'sql',
      value: 0,
      passed: false,
      ...nearest(judged),
      details: { sql: last.sql, gold: expected.gold },
    },
  ];
}

/** Of several differences the one from the gold statement that came nearest. */
function nearest(judged: Judged[]): { why?: string } {
  const { why } = judged.find(({ onData }) => !onData) ?? judged[0] ?? {};
  return why === undefined ? {} : { why };
}

/** What tables of a tenant's own account ask of a transaction: the suite's tenant may see all of it. */
function settingsOf({ ofTenant }: SqlPolicy): Record<string, string> {
  if (!ofTenant) return {};
  return askerSettings({ runs: true, documents: true, tickets: true, usage: 'all', manages: true });
}
