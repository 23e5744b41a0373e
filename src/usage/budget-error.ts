import { CallerError } from '../errors.ts';
import { showDollars } from './dollars.ts';

/** The budget that has not enough left. */
export interface SpentBudget {
  budget_id: string;
  scope: 'tenant' | 'user' | 'graph' | 'run';
  who: string;
  period: 'day' | 'month' | 'total';
  /** The first day of the period, in UTC. */
  begins: string;
  unit: 'usd' | 'tokens';
  /** Nano-dollars, or tokens. */
  most: number;
  spent: number;
  reserved: number;
}

/** A model may not be asked: a budget is spent, or what is left of it is less than the call may cost. */
export class BudgetError extends CallerError {
  override name = 'BudgetError';
  readonly budget: SpentBudget;

  constructor(budget: SpentBudget, message = spentMessage(budget)) {
    super('payment-required', message);
    this.budget = budget;
  }
}

/** A budget in dollars cannot hold for a model that has no price. */
export function unpricedError(budget: SpentBudget, model: string): BudgetError {
  const message = `There is a budget in dollars and ${model} has no price: add it, or a default, to models.yaml.`;
  return new BudgetError(budget, message);
}

function spentMessage(budget: SpentBudget): string {
  const { scope, period, unit, most } = budget;
  const limit = unit === 'usd' ? `$${showDollars(most)}` : `${most} tokens`;
  const each = period === 'total' ? '' : ` a ${period}`;
  const renewed = period === 'total' ? '' : ` It begins anew on ${nextPeriod(budget)} (UTC).`;
  return `The budget of this ${scope}, ${limit}${each}, is spent: what is left does not cover another call.${renewed}`;
}

/** The day on which the next period begins. */
export function nextPeriod({ period, begins }: Pick<SpentBudget, 'period' | 'begins'>): string {
  const day = new Date(`${begins}T00:00:00Z`);
  if (period === 'month') day.setUTCMonth(day.getUTCMonth() + 1);
  else day.setUTCDate(day.getUTCDate() + 1);
  return day.toISOString().slice(0, 10);
}
