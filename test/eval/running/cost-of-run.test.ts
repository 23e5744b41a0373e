import { expect, test } from 'vitest';
import { costOfJudges, costOfRun } from '../../../src/eval/running/cost-of-run.ts';
import { inTenant } from '../../../src/tenancy.ts';
import { openTestDatabase } from '../../support/test-database.ts';
import { aCall, ledgerOn, makeTenant, signal } from '../../usage/support.ts';

test('a run costs what its calls cost, and judges, who belong to no run, what theirs did since a moment', async () => {
  const { db } = await openTestDatabase();
  const tenant = await makeTenant(db, 'evals');
  const ledger = ledgerOn(db);
  const usage = { input_tokens: 1, output_tokens: 1, total_tokens: 2 };

  async function spend(agent: string, cost: bigint | undefined, runId?: string) {
    const run = runId === undefined ? {} : { run: { runId, threadId: 'thread', graph: 'desk' } };
    await inTenant({ tenant, ...run }, async () => {
      const { promptCost: _, priceVersion: __, ...call } = aCall({ agent });
      const held = await ledger.reserve(call, signal);
      const took = { provider: 'openai', model: 'gpt', usage, ...(cost !== undefined && { cost }) };
      await ledger.settle(held, { outcome: 'ok', took });
      await ledger.flush();
    });
  }

  await spend('judge:old', 1_000_000_000n);
  const [last] = await inTenant(tenant, () =>
    db.selectFrom('baton.model_call').select('started_at').execute(),
  );
  const since = new Date((last?.started_at ?? new Date()).getTime() + 1);
  await new Promise<void>((resolve) => {
    const look = () => (Date.now() > since.getTime() ? resolve() : setImmediate(look));
    look();
  });
  await spend('triage', 2_000_000_000n, 'run-1');
  await spend('judge:tone', 250_000_000n);
  await spend('judge:tone', 250_000_000n);

  await inTenant(tenant, async () => {
    expect(await costOfRun(db, 'run-1')).toEqual({ dollars: 2, modelCalls: 1 });
    expect(await costOfJudges(db, since)).toEqual({ dollars: 0.5, modelCalls: 2 });
  });
  await spend('judge:new', undefined);
  expect(await inTenant(tenant, () => costOfJudges(db, since))).toEqual({ dollars: null, modelCalls: 3 });
});
