import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import type { Database } from '../../src/db/open-database.ts';
import { inTenant, type Work } from '../../src/tenancy.ts';
import { BudgetError } from '../../src/usage/budget-error.ts';
import { type BudgetTerms, removeBudget, setBudget } from '../../src/usage/budgets.ts';
import { type KnownBudgets, knowBudgets } from '../../src/usage/known-budgets.ts';
import { makeTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { listenTo } from './listen-to.ts';
import { aCall, ledgerOn, makeTenant, signal } from './support.ts';

let made: TestDatabase;
let db: Database['db'];
let tenant: string;
let work: Work;
let looks: number;
let known: KnownBudgets;

beforeAll(async () => {
  made = await makeTestDatabase();
  db = made.database.db;
});
afterAll(() => made.drop());
beforeEach(async () => {
  tenant = await makeTenant(db, `t-${randomUUID().slice(0, 8)}`);
  work = { tenant };
  looks = 0;
  known = knowBudgets(listening());
  vi.useFakeTimers({ toFake: ['performance'] }); // the database's own timers go on
});
afterEach(() => void vi.useRealTimers());

const daily: BudgetTerms = { scope: 'tenant', subject: '*', period: 'day', unit: 'usd', most: 50n };

function listening() {
  return listenTo(db, {
    sending() {
      looks += 1;
    },
  });
}

/** As another process does it: nobody here is told. */
const elsewhere = {
  set: () =>
    inTenant(work, () =>
      db
        .insertInto('baton.budget')
        .values({ ...daily, most: Number(daily.most), webhook: null })
        .execute(),
    ),
  remove: () => inTenant(work, () => db.deleteFrom('baton.budget').execute()),
};

const set = () => inTenant(work, () => setBudget(db, daily));

test('a tenant without budgets is looked at once a second, however many ask', async () => {
  const asked = await Promise.all(Array.from({ length: 50 }, () => known.mayApply(tenant)));
  expect(asked).toEqual(asked.map(() => false));
  vi.advanceTimersByTime(999);
  expect(await known.mayApply(tenant)).toBe(false);
  expect(looks).toBe(1);
  vi.advanceTimersByTime(1);
  await Promise.all([known.mayApply(tenant), known.mayApply(tenant)]);
  expect(looks).toBe(2);
});

test('a budget that is set here applies from the very next call, and one that is removed does not for longer than a second', async () => {
  expect(await known.mayApply(tenant)).toBe(false);
  const { budgetId } = await set();
  expect(await known.mayApply(tenant)).toBe(true);
  vi.advanceTimersByTime(1_000);
  expect(await known.mayApply(tenant)).toBe(true);
  await inTenant(work, () => removeBudget(db, budgetId));
  await known.mayApply(tenant);
  vi.advanceTimersByTime(1_000);
  expect(await known.mayApply(tenant)).toBe(false);
  expect(looks).toBe(3);
});

test('a budget that is set while the look for it is under way applies to the next call', async () => {
  const look = known.mayApply(tenant);
  const setting = set();
  await look;
  await setting;
  expect(await known.mayApply(tenant)).toBe(true);
});

test('a budget that is set elsewhere applies within a second, and one that is removed there no longer', async () => {
  expect(await known.mayApply(tenant)).toBe(false);
  await elsewhere.set();
  vi.advanceTimersByTime(1_000);
  expect(await known.mayApply(tenant)).toBe(true);
  await elsewhere.remove();
  vi.advanceTimersByTime(1_000);
  expect(await known.mayApply(tenant)).toBe(false);
});

test('what is known of one tenant says nothing of another', async () => {
  const other = await makeTenant(db, `t-${randomUUID().slice(0, 8)}`);
  await Promise.all([known.mayApply(tenant), known.mayApply(other)]);
  await set();
  expect(await known.mayApply(other)).toBe(false);
  expect(looks).toBe(2);
  vi.advanceTimersByTime(1_000);
  expect(await known.mayApply(tenant)).toBe(true);
  expect(await known.mayApply(other)).toBe(false);
});

test('who asked while the database did not answer hears so, and the next one looks again', async () => {
  let isAway = true;
  const shaky = knowBudgets(
    listenTo(db, {
      answered() {
        if (isAway) throw new Error('no answer');
      },
    }),
  );
  await elsewhere.set();
  await expect(shaky.mayApply(tenant)).rejects.toThrow('no answer');
  isAway = false;
  expect(await shaky.mayApply(tenant)).toBe(true);
});

test('a call is refused at once when a budget is set here, within a second when it is elsewhere, and made again when it is gone', async () => {
  const ledger = ledgerOn(db);
  const call = () => inTenant(work, () => ledger.reserve(aCall(), signal));
  expect(await call()).toMatchObject({ budgeted: false });
  const { budgetId } = await set();
  await expect(call()).rejects.toThrow(BudgetError);
  await inTenant(work, () => removeBudget(db, budgetId));
  expect(await call()).toMatchObject({ budgeted: false });
  vi.advanceTimersByTime(1_000);
  expect(await call()).toMatchObject({ budgeted: false });
  await elsewhere.set();
  vi.advanceTimersByTime(1_000);
  await expect(call()).rejects.toThrow(BudgetError);
  await elsewhere.remove();
  expect(await call()).toMatchObject({ budgeted: false });
  await ledger.close();
});

test('calls of a tenant without budgets wait for no statement of their own', async () => {
  const ledger = ledgerOn(listening());
  const calls = () =>
    inTenant(work, () => Promise.all(Array.from({ length: 20 }, () => ledger.reserve(aCall(), signal))));
  await calls();
  await ledger.flush();
  expect(looks).toBe(2); // the look, and one statement for what the twenty left to write
  await ledger.close();
});
