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
    select * from baton.spent_budget(${userId}, ${graphs}::text[])`.execute(db);
  if (rows[0]) throw new BudgetError(rows[0]);
}
