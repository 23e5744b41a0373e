import { nextPeriod } from './budget-error.ts';
import type { Budget } from './budgets.ts';
import { showDollars } from './dollars.ts';

/** A budget as clients have it: amounts in dollars as exact decimal texts, or in tokens. */
export function showBudget(budget: Budget) {
  const { scope, subject, period, unit, most, alerts, webhook, begins, uses } = budget;
  const show = (amount: number) => (unit === 'usd' ? showDollars(amount) : amount);
  return {
    id: budget.budget_id,
    scope,
    ...(scope !== 'tenant' && { subject }),
    period,
    unit,
    limit: show(most),
    alerts,
    webhook,
    begins: period === 'total' ? null : begins,
    renewed: period === 'total' ? null : nextPeriod(budget),
    uses: uses.map(({ who, spent, reserved }) => ({
      who,
      spent: show(spent),
      reserved: show(reserved),
      left: show(Math.max(0, most - spent - reserved)),
    })),
    created_at: budget.created_at,
    updated_at: budget.updated_at,
  };
}
