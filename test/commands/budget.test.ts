import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import {
  type BudgetOptions,
  listBudgetsCommand,
  removeBudgetCommand,
  setBudgetCommand,
} from '../../src/commands/budget.ts';
import { usageCommand } from '../../src/commands/usage.ts';
import { inTenant } from '../../src/tenancy.ts';
import { makeTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { aCall, ledgerOn, makeTenant, signal, took } from '../usage/support.ts';

let made: TestDatabase;
let tenant: string;
let tenants = 0;

beforeAll(async () => {
  made = await makeTestDatabase();
});
afterAll(() => made.drop());
beforeEach(async () => {
  tenant = await makeTenant(made.database.db, `c-${++tenants}`);
});

async function printed(act: (output: PassThrough) => Promise<void>): Promise<string> {
  const output = new PassThrough();
  await act(output);
  return String(output.read() ?? '');
}

const command = (output: NodeJS.WritableStream) => ({
  db: made.database.db,
  config: { webhooks: { allow: [] } },
  tenant,
  output,
});
const set = (options: BudgetOptions) => printed((output) => setBudgetCommand(command(output), options));
const list = () => printed((output) => listBudgetsCommand(command(output)));

async function spend(cost: bigint): Promise<void> {
  const ledger = ledgerOn(made.database.db);
  await inTenant(
    { tenant, run: { runId: 'r', threadId: 't', graph: 'films', userId: '\u001b[2Jada' } },
    async () => ledger.settle(await ledger.reserve(aCall(), signal), took(cost)),
  );
  await ledger.close();
}

test('a budget is set, printed with what is spent of it, and removed', async () => {
  expect(await list()).toBe('There is no budget: what models cost is written down and not limited.\n');
  const first = await set({ daily: '0.50' });
  expect(first).toMatch(/^[0-9a-f-]{36} {2}the tenant: \$0.50 a day\n {2}\$0.00 spent, \$0.50 left\n$/);
  await spend(120_000_000n);
  expect(await list()).toContain('$0.12 spent, $0.38 left');
  await set({ daily: '0.10' });
  expect(await list()).toContain('the tenant: $0.10 a day\n  $0.12 spent, $0.00 left');
  const id = first.slice(0, 36);
  expect(await printed((output) => removeBudgetCommand(command(output), id))).toBe('The budget is gone.\n');
  await expect(printed((output) => removeBudgetCommand(command(output), id))).rejects.toThrow(
    'There is no budget',
  );
});

test('budgets of users, graphs and runs, in dollars and tokens', async () => {
  await set({ monthly: '5', user: '*' });
  await spend(10n);
  await set({ daily: '1000', total: '20000', tokens: true, graph: 'films' });
  await set({ run: '0.05' });
  const text = await list();
  expect(text).toContain('graph films: 1000 tokens a day\n  20 tokens spent, 980 tokens left');
  expect(text).toContain('graph films: 20000 tokens in all');
  expect(text).toContain('each run: $0.05 in all');
  expect(text).toContain('each user: $5.00 a month');
  await spend(10n);
  expect(await list()).toContain('\\u{1b}[2Jada: $0.00000002 spent');
});

test.each<[BudgetOptions, string]>([
  [{}, 'Say how much'],
  [{ daily: 'much' }, 'expected dollars'],
  [{ daily: '-1' }, 'expected dollars'],
  [{ daily: '0.5', tokens: true }, 'expected a number of tokens'],
  [{ daily: '1', user: 'a', graph: 'b' }, 'not for both'],
  [{ run: '1', user: 'a' }, 'not of a user’s'],
  [{ daily: '1', alerts: '50,500' }, 'expected percents'],
  [{ daily: '1', webhook: 'http://127.0.0.1/' }, 'cannot be used'],
])('%j is refused', async (options, message) => {
  await expect(set(options)).rejects.toThrow(message);
});

test('there is no budget of a tenant that is not there', async () => {
  tenant = 'nobody';
  await expect(set({ daily: '1' })).rejects.toThrow('No tenant nobody');
});

test('usage is printed by whatever it is asked by, of one tenant or of all', async () => {
  const usage = (options: Parameters<typeof usageCommand>[1]) =>
    printed((output) => usageCommand({ db: made.database.db, output }, options));
  await spend(120_000_000n);
  expect(await usage({ tenant, by: 'graph,user' })).toBe(
    'graph  user  calls  input_tokens  cached_input_tokens  output_tokens  cost_usd\nfilms  \\u{1b}[2Jada  1  10  -  10  0.12\n',
  );
  expect(await usage({ tenant, by: 'model', csv: true })).toMatch(
    /^"model","calls",.*\n"openai:gpt-test","1",.*"0.12"\n$/,
  );
  expect(await usage({ by: 'tenant' })).toContain(`${tenant}  1  10`);
  expect(await usage({ tenant, by: 'day', from: '2020-01-01', to: '2020-02-01' })).not.toContain('2020');
  await expect(usage({ tenant, by: 'moodel' })).rejects.toThrow('Did you mean "model"?');
  await expect(usage({ tenant, by: 'day', from: 'soon' })).rejects.toThrow('expected a day');
});
