import { expect, test } from 'vitest';
import { asOwner, inTenant, localTenant } from '../../src/tenancy.ts';
import { setBudget } from '../../src/usage/budgets.ts';
import { releaseLost } from '../../src/usage/release-lost.ts';
import { ask, watch } from '../support/ask.ts';
import { say, scriptedModel } from '../support/scripted-model.ts';
import { openStage } from '../support/two-processes.ts';
import { standOf } from '../usage/support.ts';

test('a run that another process goes on with is charged for the calls that were made, each once', async () => {
  const stage = await openStage('test/fixtures/priced');
  const begun = Promise.withResolvers<void>();
  const first = await stage.open(async () => {
    begun.resolve();
    return new Promise(() => undefined); // it dies before it hears the reply
  });
  const { db } = stage.made.database;
  await inTenant(localTenant, () =>
    setBudget(db, { scope: 'tenant', subject: '*', period: 'day', unit: 'tokens', most: 10_000n }),
  );
  const ids = await ask(first, 'Hello?', { graph: 'counter' });
  await begun.promise;
  const second = await stage.takeOver(first, scriptedModel([say('Hello.')]));
  expect((await watch(second, ids)).at(-1)).toMatchObject({ type: 'turn-end' });

  const calls = () => db.selectFrom('baton.model_call').selectAll().orderBy('started_at').execute();
  expect(await calls()).toMatchObject([
    { outcome: 'pending', run_id: ids.runId },
    { outcome: 'ok', run_id: ids.runId, input_tokens: 10, output_tokens: 5 },
  ]);
  await asOwner(() =>
    db
      .updateTable('baton.model_call')
      .set({ expires_at: new Date(0) })
      .execute(),
  );
  await releaseLost(db);
  const [lost] = await calls();
  expect(lost).toMatchObject({ outcome: 'lost', output_tokens: 0, estimated: true });
  expect(await inTenant(localTenant, () => standOf(db))).toEqual({
    tenant: [{ who: '', spent: 15 + (lost?.input_tokens ?? 0), reserved: 0 }],
  });
});
