import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, inject, onTestFinished, test } from 'vitest';
import { inTenant } from '../../src/tenancy.ts';
import { setBudget } from '../../src/usage/budgets.ts';
import { makeTestDatabase } from '../support/test-database.ts';
import { makeTenant, standOf } from './support.ts';

const run = promisify(execFile);

test.skipIf(inject('template').kind === 'pglite')(
  'two processes that spend at once never spend more than there is, of any budget, and wait for each other without a circle',
  { timeout: 60_000 },
  async () => {
    const { database, env, drop } = await makeTestDatabase();
    onTestFinished(drop);
    const { db } = database;
    await makeTenant(db, 'acme');
    await inTenant('acme', async () => {
      const budget = { subject: '*', period: 'day', unit: 'usd' } as const;
      await setBudget(db, { ...budget, scope: 'tenant', most: 3_000n });
      await setBudget(db, { ...budget, scope: 'user', most: 2_000n });
      await setBudget(db, { ...budget, scope: 'graph', most: 9_000n });
      await setBudget(db, { ...budget, scope: 'tenant', unit: 'tokens', most: 1_000_000n });
    });
    const script = path.join(import.meta.dirname, 'spend.ts');
    const spent = await Promise.all(
      [40, 40].map((calls) => run(process.execPath, [script, env.DATABASE_URL ?? '', String(calls)])),
    );
    const made = spent.reduce((sum, { stdout }) => sum + Number(stdout), 0);
    await inTenant('acme', async () => {
      const { tenant, user, graph } = await standOf(db);
      const calls = await db.selectFrom('baton.model_call').select(['cost_nano', 'outcome']).execute();
      const cost = calls.reduce((sum, { cost_nano }) => sum + Number(cost_nano), 0);
      expect(calls).toHaveLength(made);
      expect(calls.every(({ outcome }) => outcome === 'ok')).toBe(true);
      expect(user).toEqual([{ who: 'ada', spent: cost, reserved: 0 }]);
      expect(graph).toEqual([{ who: 'g', spent: cost, reserved: 0 }]);
      expect(tenant).toMatchObject([{ reserved: 0 }]);
      expect(cost).toBeLessThanOrEqual(2_000);
      expect(cost).toBeGreaterThan(1_900); // what is left does not cover a call of 100
    });
  },
);
