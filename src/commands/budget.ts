import { recordAction } from '../audit/record.ts';
import type { Config } from '../config.ts';
import type { Database } from '../db/open-database.ts';
import { getTenant } from '../db/tenants.ts';
import { CallerError } from '../errors.ts';
import { printable } from '../printable.ts';
import { inTenant } from '../tenancy.ts';
import { checkWebhookUrl } from '../turn/send-webhook.ts';
import { type Budget, type BudgetTerms, listBudgets, removeBudget, setBudget } from '../usage/budgets.ts';
import { parseDollars, showDollars } from '../usage/dollars.ts';

export interface BudgetCommand {
  db: Database['db'];
  config: Pick<Config, 'webhooks'>;
  tenant: string;
  output: NodeJS.WritableStream;
}

export interface BudgetOptions {
  daily?: string;
  monthly?: string;
  total?: string;
  /** The limit of each run. */
  run?: string;
  /** Amounts are tokens. */
  tokens?: boolean;
  user?: string;
  graph?: string;
  alerts?: string;
  webhook?: string;
}

/** `baton budget set`: sets a budget for each amount, and says what holds. Throws a `CallerError` that says what is wrong. */
export async function setBudgetCommand(command: BudgetCommand, options: BudgetOptions): Promise<void> {
  const { db, config, tenant } = command;
  await checkTenant(db, tenant);
  const { alerts, webhook } = options;
  if (webhook !== undefined) checkWebhookUrl(webhook, config);
  const more = {
    ...(alerts !== undefined && { alerts: readAlerts(alerts) }),
    ...(webhook !== undefined && { webhook }),
  };
  const all = readTerms(options);
  await inTenant(tenant, async () => {
    for (const terms of all) {
      const { budgetId, made } = await setBudget(db, { ...terms, ...more });
      await recordAction(db, {
        action: made ? 'budget-create' : 'budget-update',
        target: { type: 'budget', id: budgetId },
        details: { ...terms, most: Number(terms.most) },
      });
    }
  });
  await listBudgetsCommand(command);
}

/** `baton budget list`: prints a tenant's budgets, and what is spent and held of them in their present period. */
export async function listBudgetsCommand({
  db,
  tenant,
  output,
}: Omit<BudgetCommand, 'config'>): Promise<void> {
  await checkTenant(db, tenant);
  const budgets = await inTenant(tenant, () => listBudgets(db));
  if (budgets.length === 0)
    output.write('There is no budget: what models cost is written down and not limited.\n');
  for (const budget of budgets) output.write(linesOf(budget));
}

/** `baton budget remove`. Throws a `CallerError` where there is none. */
export async function removeBudgetCommand(
  { db, tenant, output }: Omit<BudgetCommand, 'config'>,
  id: string,
): Promise<void> {
  await checkTenant(db, tenant);
  const known = /^[0-9a-f-]{36}$/i.test(id);
  await inTenant(tenant, async () => {
    if (!known || !(await removeBudget(db, id)))
      throw new CallerError('not-found', `There is no budget ${printable(id)}.`);
    await recordAction(db, { action: 'budget-delete', target: { type: 'budget', id } });
  });
  output.write('The budget is gone.\n');
}

type Terms = Omit<BudgetTerms, 'alerts' | 'webhook'>;

function readTerms(options: BudgetOptions): Terms[] {
  const { user, graph, tokens = false } = options;
  if (user !== undefined && graph !== undefined)
    throw invalid('A budget is for a user or for a graph, not for both.');
  const scoped = user !== undefined ? ({ scope: 'user', subject: user } as const) : ofGraph(graph);
  const unit = tokens ? 'tokens' : 'usd';
  const amount = (text: string) => ({ unit, most: readAmount(text, tokens) }) as const;
  const terms: Terms[] = [];
  for (const [period, text] of [
    ['day', options.daily],
    ['month', options.monthly],
    ['total', options.total],
  ] as const)
    if (text !== undefined) terms.push({ ...scoped, period, ...amount(text) });
  if (options.run !== undefined) {
    if (user !== undefined)
      throw invalid('--run is the limit of each run, of a graph where --graph says so; not of a user’s.');
    terms.push({ scope: 'run', subject: graph ?? '*', period: 'total', ...amount(options.run) });
  }
  if (terms.length === 0)
    throw invalid('Say how much: --daily 0.50, --monthly, --total, or --run for each run.');
  return terms;
}

function ofGraph(graph: string | undefined) {
  return graph === undefined
    ? ({ scope: 'tenant', subject: '*' } as const)
    : ({ scope: 'graph', subject: graph } as const);
}

function readAmount(text: string, tokens: boolean): bigint {
  if (tokens) {
    if (/^\d{1,15}$/.test(text)) return BigInt(text);
    throw invalid(`${printable(text)}: expected a number of tokens, such as 50000.`);
  }
  const nano = parseDollars(text);
  if (nano !== undefined && nano <= BigInt(Number.MAX_SAFE_INTEGER)) return nano;
  throw invalid(`${printable(text)}: expected dollars, such as 0.50.`);
}

function readAlerts(text: string): number[] {
  const percents = text.split(',').map((one) => Number(one.trim()));
  if (percents.some((one) => !Number.isInteger(one) || one < 1 || one > 100))
    throw invalid(`${printable(text)}: expected percents such as 50,80,100.`);
  return [...new Set(percents)].sort((a, b) => a - b);
}

function invalid(message: string): CallerError {
  return new CallerError('invalid-request', message);
}

function linesOf({ budget_id, scope, subject, period, unit, most, uses }: Budget): string {
  const show = (amount: number) => (unit === 'usd' ? `$${showDollars(amount)}` : `${amount} tokens`);
  const whose =
    scope === 'tenant' ? 'the tenant' : subject === '*' ? `each ${scope}` : `${scope} ${printable(subject)}`;
  const every = period === 'total' ? 'in all' : `a ${period}`;
  const used = uses.map(({ who, spent, reserved }) => {
    const of = who && subject === '*' ? `  ${printable(who)}:` : ' ';
    const held = reserved > 0 ? `, ${show(reserved)} held` : '';
    return `${of} ${show(spent)} spent${held}, ${show(Math.max(0, most - spent - reserved))} left\n`;
  });
  return `${budget_id}  ${whose}: ${show(most)} ${every}\n${used.join('')}`;
}

async function checkTenant(db: Database['db'], tenant: string): Promise<void> {
  if (!(await getTenant(db, tenant))) throw new CallerError('not-found', `No tenant ${printable(tenant)}.`);
}
