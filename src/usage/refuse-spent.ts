import { type Kysely, sql } from 'kysely';
import type { Schema } from '../db/schema.ts';
import { BudgetError, type SpentBudget } from './budget-error.ts';
import { currentPayer } from './payer.ts';

/**
 * Throws a `BudgetError` where what is left of a budget of whoever asks does not cover a call: their turns need not wait for
 * a worker to be told so. A budget that is not spent may be by the time that the turn begins.
 */
export async function refuseSpent(db: Kysely<Schema>, graphs: string[]): Promise<void> {
  const { userId = null } = currentPayer();
  const { rows } = await sql<SpentBudget>`
    select b.budget_id, b.scope, u.who, b.period, u.begins, b.unit, b.most, u.spent, u.reserved
    from baton.budget b
    join baton.budget_use u on u.tenant_id = b.tenant_id and u.budget_id = b.budget_id
      and u.begins = baton.period_begin(b.period, now())
    where case b.scope
        when 'tenant' then true
        when 'user' then b.subject in ('*', ${userId}) and u.who = ${userId}
        when 'graph' then u.who = any(${graphs}) and b.subject in ('*', u.who)
        else false end
      and (u.spent >= b.most or u.spent + u.smallest > b.most)
    limit 1`.execute(db);
  if (rows[0]) throw new BudgetError(rows[0]);
}
