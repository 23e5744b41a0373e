import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Database } from '../../src/db/open-database.ts';
import { asService, inTenant, type Work } from '../../src/tenancy.ts';
import { BudgetError } from '../../src/usage/budget-error.ts';
import { type BudgetTerms, listBudgets, removeBudget, setBudget } from '../../src/usage/budgets.ts';
import { refuseSpent } from '../../src/usage/refuse-spent.ts';
import { releaseLost } from '../../src/usage/release-lost.ts';
import { settleCalls } from '../../src/usage/settle-calls.ts';
import { makeTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { aCall, ledgerOn, makeTenant, signal, standOf, took } from './support.ts';

let made: TestDatabase;
let db: Database['db'];
let tenant: string;

beforeAll(async () => {
  made = await makeTestDatabase();
  db = made.database.db;
});
afterAll(() => made.drop());
beforeEach(async () => {
  tenant = await makeTenant(db, `t-${randomUUID().slice(0, 8)}`);
});

const daily: BudgetTerms = { scope: 'tenant', subject: '*', period: 'day', unit: 'usd', most: 250n };

function run(part: Partial<NonNullable<Work['run']>> = {}): Work {
  return {
    tenant,
    run: { runId: 'run-1', threadId: 'thread-1', graph: 'desk', userId: 'ada', keyId: 'key-1', ...part },
  };
}

const calls = () => db.selectFrom('baton.model_call').selectAll().orderBy('started_at').execute();
const alerts = () => db.selectFrom('baton.budget_alert').selectAll().orderBy('threshold').execute();

test('a call is written down within moments of its begin, with who pays for it, and again when it is over', async () => {
  const ledger = ledgerOn(db);
  await inTenant(run(), async () => {
    const held = await ledger.reserve(aCall(), signal);
    await ledger.flush();
    expect(await calls()).toMatchObject([
      {
        outcome: 'pending',
        run_id: 'run-1',
        thread_id: 'thread-1',
        graph: 'desk',
        user_id: 'ada',
        api_key_id: 'key-1',
      },
    ]);
    await ledger.settle(held, {
      outcome: 'ok',
      took: {
        provider: 'openai',
        model: 'gpt-other',
        key: 'pool-1',
        usage: {
          input_tokens: 9,
          output_tokens: 7,
          total_tokens: 16,
          input_token_details: { cache_read: 4, cache_creation: 2, audio: 1 },
          output_token_details: { reasoning: 3, audio: 1 },
        },
        cost: 42n,
        priceVersion: 'v2',
      },
    });
    await ledger.flush();
    expect(await calls()).toMatchObject([
      {
        kind: 'chat',
        agent: 'clerk',
        role: 'fast',
        model: 'gpt-other',
        model_key: 'pool-1',
        input_tokens: 9,
        cached_input_tokens: 4,
        cache_write_tokens: 2,
        audio_input_tokens: 1,
        output_tokens: 7,
        reasoning_tokens: 3,
        audio_output_tokens: 1,
        cost_nano: 42,
        price_version: 'v2',
        estimated: false,
        outcome: 'ok',
        holds: null,
      },
    ]);
  });
});

test('what is left of a budget is held before a call and given back after it', async () => {
  const ledger = ledgerOn(db);
  await inTenant(tenant, async () => {
    await setBudget(db, daily);
    const [first, second] = [await ledger.reserve(aCall(), signal), await ledger.reserve(aCall(), signal)];
    expect(await standOf(db)).toEqual({ tenant: [{ who: '', spent: 0, reserved: 200 }] });
    await expect(ledger.reserve(aCall(), signal)).rejects.toThrow(BudgetError);
    await ledger.settle(first, took(30n));
    expect(await standOf(db)).toEqual({ tenant: [{ who: '', spent: 30, reserved: 100 }] });
    const third = await ledger.reserve(aCall(), signal);
    await ledger.settle(second, took(0n, 10, 'failed'));
    await ledger.settle(third, took(90n));
    expect(await standOf(db)).toEqual({ tenant: [{ who: '', spent: 120, reserved: 0 }] });
  });
});

test('of several budgets that apply, all are held or none', async () => {
  const ledger = ledgerOn(db);
  await inTenant(run(), async () => {
    await setBudget(db, { ...daily, most: 1_000n });
    await setBudget(db, { ...daily, scope: 'user', subject: '*', period: 'month', most: 1_000n });
    await setBudget(db, { ...daily, scope: 'graph', subject: 'desk', unit: 'tokens', most: 300n });
    await setBudget(db, { ...daily, scope: 'run', period: 'total', most: 150n });
    const held = await ledger.reserve(aCall(), signal);
    const before = await standOf(db);
    expect(before).toEqual({
      tenant: [{ who: '', spent: 0, reserved: 100 }],
      user: [{ who: 'ada', spent: 0, reserved: 100 }],
      graph: [{ who: 'desk', spent: 0, reserved: 110 }],
      run: [{ who: 'run-1', spent: 0, reserved: 100 }],
    });
    await expect(ledger.reserve(aCall(), signal)).rejects.toThrow('The budget of this run');
    expect(await standOf(db)).toEqual(before);
    await ledger.settle(held, took(60n, 40));
    expect(await standOf(db)).toEqual({
      tenant: [{ who: '', spent: 60, reserved: 0 }],
      user: [{ who: 'ada', spent: 60, reserved: 0 }],
      graph: [{ who: 'desk', spent: 40, reserved: 0 }],
      run: [{ who: 'run-1', spent: 60, reserved: 0 }],
    });
  });
  // another run of another user has a budget of its own for both, and the same one for the graph and the tenant
  await inTenant(run({ runId: 'run-2', userId: 'bob' }), async () => {
    await ledger.reserve(aCall(), signal);
    expect(await standOf(db)).toMatchObject({
      tenant: [{ spent: 60, reserved: 100 }],
      user: [{ who: 'ada' }, { who: 'bob', spent: 0, reserved: 100 }],
      run: [{ who: 'run-1' }, { who: 'run-2', spent: 0, reserved: 100 }],
    });
  });
});

test('a budget of one user or graph does not touch the others', async () => {
  const ledger = ledgerOn(db);
  await inTenant(run(), async () => {
    await setBudget(db, { ...daily, scope: 'user', subject: 'bob', most: 0n });
    await setBudget(db, { ...daily, scope: 'graph', subject: 'films', most: 0n });
    await setBudget(db, { ...daily, scope: 'run', subject: 'films', period: 'total', most: 0n });
    expect(await ledger.reserve(aCall(), signal)).toMatchObject({ budgeted: false });
  });
  for (const other of [run({ userId: 'bob' }), run({ graph: 'films' })])
    await expect(inTenant(other, () => ledger.reserve(aCall(), signal))).rejects.toThrow(BudgetError);
});

test('a model without a price is refused where a budget is in dollars, and not where it is in tokens', async () => {
  const ledger = ledgerOn(db);
  const { promptCost: _, worstCost: __, priceVersion: ___, ...unpriced } = aCall();
  await inTenant(tenant, async () => {
    await setBudget(db, { ...daily, unit: 'tokens', most: 500n });
    expect(await ledger.reserve(unpriced, signal)).toMatchObject({ budgeted: true });
    await setBudget(db, daily);
    await expect(ledger.reserve(unpriced, signal)).rejects.toThrow('openai:gpt-test has no price');
  });
});

test('forty calls at once never hold more than there is, and all that fit are made', async () => {
  const limit = 1_000n;
  const ledger = ledgerOn(db, { waitMs: 60_000 });
  await inTenant(run(), async () => {
    await setBudget(db, { ...daily, most: limit });
    await setBudget(db, { ...daily, scope: 'user', subject: '*', most: 10_000n });
    let most = 0;
    let refused = 0;
    const spend = async () => {
      try {
        const held = await ledger.reserve(aCall(), signal);
        const [stand] = (await standOf(db)).tenant ?? [];
        most = Math.max(most, (stand?.spent ?? 0) + (stand?.reserved ?? 0));
        await ledger.settle(held, took(70n));
      } catch (error) {
        expect(error).toBeInstanceOf(BudgetError);
        refused += 1;
      }
    };
    await Promise.all(Array.from({ length: 40 }, spend));
    expect(most).toBeLessThanOrEqual(1_000);
    // 13 calls of 70 leave 90, which does not cover another one of 100
    expect(refused).toBe(40 - 13);
    expect(await standOf(db)).toEqual({
      tenant: [{ who: '', spent: 910, reserved: 0 }],
      user: [{ who: 'ada', spent: 910, reserved: 0 }],
    });
  });
});

test('who waits for what others hold stops waiting when it is cancelled', async () => {
  const ledger = ledgerOn(db, { waitMs: 60_000 });
  await inTenant(tenant, async () => {
    await setBudget(db, { ...daily, most: 150n });
    await ledger.reserve(aCall(), signal);
    const leaving = new AbortController();
    const waiting = ledger.reserve(aCall(), leaving.signal);
    leaving.abort(new Error('gone'));
    await expect(waiting).rejects.toThrow('gone');
  });
});

test('a closer figure is asked for only when the first does not fit', async () => {
  const ledger = ledgerOn(db);
  await inTenant(tenant, async () => {
    await setBudget(db, daily);
    const never = async () => expect.unreachable('it fits');
    await ledger.reserve(aCall(), signal, never);
    await ledger.reserve(aCall({ worstCost: 9_000n }), signal, async () => aCall({ worstCost: 120n }));
    expect(await standOf(db)).toEqual({ tenant: [{ who: '', spent: 0, reserved: 220 }] });
  });
});

test('what is told twice is counted once', async () => {
  const ledger = ledgerOn(db);
  await inTenant(tenant, async () => {
    await setBudget(db, daily);
    const held = await ledger.reserve(aCall(), signal);
    await ledger.settle(held, took(30n));
    await ledger.settle(held, took(30n));
    await settleCalls(db, tenant, [{ callId: held.callId, outcome: 'lost' }]);
    expect(await standOf(db)).toEqual({ tenant: [{ who: '', spent: 30, reserved: 0 }] });
  });
});

test('a call whose process is gone gives back what it holds, and counts its prompt; its end sets it right', async () => {
  const ledger = ledgerOn(db, { holdSeconds: 0 });
  const held = await inTenant(tenant, async () => {
    await setBudget(db, daily);
    return ledger.reserve(aCall(), signal);
  });
  await delay(5);
  await Promise.all([releaseLost(db), releaseLost(db)]);
  await inTenant(tenant, async () => {
    expect(await standOf(db)).toEqual({ tenant: [{ who: '', spent: 10, reserved: 0 }] });
    expect(await calls()).toMatchObject([
      { outcome: 'lost', input_tokens: 10, output_tokens: 0, cost_nano: 10, estimated: true },
    ]);
    await ledger.settle(held, took(30n));
    expect(await standOf(db)).toEqual({ tenant: [{ who: '', spent: 30, reserved: 0 }] });
    expect(await calls()).toMatchObject([{ outcome: 'ok', cost_nano: 30 }]);
  });
});

test('a period begins anew with its day, and what a call of yesterday holds is yesterday’s', async () => {
  const ledger = ledgerOn(db);
  await inTenant(tenant, async () => {
    await setBudget(db, { ...daily, most: 150n });
    const held = await ledger.reserve(aCall(), signal);
    await db.updateTable('baton.budget_use').set({ begins: sql`begins - 1` }).execute();
    await sql`update baton.model_call set started_at = started_at - interval '1 day',
      holds = replace(holds::text, ${new Date().toISOString().slice(0, 10)}, ${yesterday()})::json`.execute(
      db,
    );
    const next = await ledger.reserve(aCall(), signal);
    await ledger.settle(held, took(90n));
    await ledger.settle(next, took(40n));
    expect(
      await db
        .selectFrom('baton.budget_use')
        .select(['begins', 'spent', 'reserved'])
        .orderBy('begins')
        .execute(),
    ).toEqual([
      { begins: yesterday(), spent: 90, reserved: 0 },
      { begins: new Date().toISOString().slice(0, 10), spent: 40, reserved: 0 },
    ]);
  });
});

function yesterday(): string {
  return new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
}

test('a budget that is made later knows what was spent before it', async () => {
  const ledger = ledgerOn(db);
  await inTenant(run(), async () => {
    await ledger.settle(await ledger.reserve(aCall(), signal), took(200n, 50));
    await ledger.flush();
    await setBudget(db, daily);
    await setBudget(db, {
      ...daily,
      scope: 'graph',
      subject: 'desk',
      period: 'total',
      unit: 'tokens',
      most: 100n,
    });
    expect(await standOf(db)).toEqual({
      tenant: [{ who: '', spent: 200, reserved: 0 }],
      graph: [{ who: 'desk', spent: 50, reserved: 0 }],
    });
    await expect(ledger.reserve(aCall(), signal)).rejects.toThrow(BudgetError);
    await setBudget(db, { ...daily, most: 400n });
    await setBudget(db, {
      ...daily,
      scope: 'graph',
      subject: 'desk',
      period: 'total',
      unit: 'tokens',
      most: 1_000n,
    });
    await ledger.reserve(aCall(), signal);
    expect(await standOf(db)).toEqual({
      tenant: [{ who: '', spent: 200, reserved: 100 }],
      graph: [{ who: 'desk', spent: 50, reserved: 110 }],
    });
  });
});

test('a threshold is told once a period, and the last when no further call is covered', async () => {
  const heard: string[] = [];
  const ledger = ledgerOn(db, { onAlerts: (of) => heard.push(of) });
  await inTenant(tenant, async () => {
    await setBudget(db, { ...daily, most: 400n });
    const spend = async (cost: bigint) => ledger.settle(await ledger.reserve(aCall(), signal), took(cost));
    await spend(90n);
    expect(await alerts()).toEqual([]);
    await spend(110n);
    expect((await alerts()).map(({ threshold, spent }) => [threshold, spent])).toEqual([[50, 200]]);
    await spend(60n);
    await spend(50n);
    expect((await alerts()).map(({ threshold, spent }) => [threshold, spent])).toEqual([
      [50, 200],
      [100, 310],
    ]);
    expect(heard).toEqual([tenant, tenant]);
    await setBudget(db, { ...daily, most: 1_000n });
    await spend(200n);
    expect((await alerts()).map(({ threshold, most }) => [threshold, most])).toEqual([
      [50, 400],
      [50, 1_000],
      [100, 400],
    ]);
  });
});

test('who has no budget left is refused before anything waits for a worker', async () => {
  const ledger = ledgerOn(db);
  const refusal = (work: Work) =>
    inTenant(work, () => refuseSpent(db, ['desk'])).then(
      () => 'let in',
      (error) => error.code,
    );
  await inTenant(run(), async () => {
    await setBudget(db, { ...daily, scope: 'user', subject: '*', most: 150n });
    expect(await refusal(run())).toBe('let in');
    await ledger.settle(await ledger.reserve(aCall(), signal), took(60n));
  });
  expect(await refusal(run())).toBe('payment-required');
  expect(await refusal(run({ userId: 'bob' }))).toBe('let in');
  await inTenant(tenant, async () => {
    const [budget] = await listBudgets(db);
    await removeBudget(db, budget?.budget_id ?? '');
  });
  expect(await refusal(run())).toBe('let in');
});

test('tenants know nothing of each other’s calls and budgets', async () => {
  const other = await makeTenant(db, `${tenant}-b`);
  const ledger = ledgerOn(db);
  await inTenant(tenant, async () => {
    await setBudget(db, { ...daily, most: 0n });
  });
  const held = await inTenant(other, () => ledger.reserve(aCall(), signal));
  expect(held.budgeted).toBe(false);
  await inTenant(tenant, async () => {
    expect(await calls()).toEqual([]);
    await settleCalls(db, tenant, [{ callId: held.callId, outcome: 'lost' }]);
  });
  await inTenant(other, async () => {
    await ledger.flush();
    expect(await calls()).toMatchObject([{ outcome: 'pending' }]);
    expect(await listBudgets(db)).toEqual([]);
  });
});

test('what the service does for itself is written down, and no budget keeps it from starting', async () => {
  const ledger = ledgerOn(db);
  await inTenant('local', () => setBudget(db, { ...daily, most: 0n }));
  const held = await asService(() => ledger.reserve(aCall({ kind: 'embed' }), signal));
  await asService(() => ledger.settle(held, took(5n)));
  await ledger.flush();
  expect(await inTenant('local', calls)).toMatchObject([{ kind: 'embed', outcome: 'ok', cost_nano: 5 }]);
  await expect(inTenant('local', () => ledger.reserve(aCall(), signal))).rejects.toThrow(BudgetError);
});

test('users whose ids databases choke on have their calls written down, and their own budgets', async () => {
  const ledger = ledgerOn(db);
  const random = Array.from({ length: 4_000 }, (_, at) =>
    String.fromCodePoint(0x4e00 + ((at * 7_919) % 20_000)),
  ).join('');
  const ids = [`a\u0000\ud800'";--`, random, `${random}!`];
  await inTenant(tenant, () => setBudget(db, { ...daily, scope: 'user', subject: '*' }));
  for (const userId of ids) await inTenant(run({ userId }), () => ledger.reserve(aCall(), signal));
  await inTenant(tenant, async () => {
    const users = (await calls()).map(({ user_id }) => user_id);
    expect(users[0]).toBe(`a\ufffd'";--`);
    expect(new Set(users).size).toBe(3);
    expect((await standOf(db)).user).toHaveLength(3);
  });
});
