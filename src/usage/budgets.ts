import { type Kysely, type Selectable, sql } from 'kysely';
import type { Schema } from '../db/schema.ts';
import type { BudgetTable } from '../db/tables/usage-tables.ts';
import { currentTenant } from '../tenancy.ts';
import { budgetsChanged } from './known-budgets.ts';

/** What a budget is about, and how much it is: nano-dollars, or tokens. */
export interface BudgetTerms {
  scope: BudgetTable['scope'];
  /** A user or a graph; `*`: each of them by itself. A run's is the graph that it is of. */
  subject: string;
  period: BudgetTable['period'];
  unit: BudgetTable['unit'];
  most: bigint;
  /** In percent. */
  alerts?: number[];
  webhook?: string | null;
}

export type Budget = Omit<Selectable<BudgetTable>, 'tenant_id'> & {
  /** The first day of the period that is now, in UTC. */
  begins: string;
  /** By whom, those who spent the most first: one, unless the budget is for each of many. */
  uses: { who: string; spent: number; reserved: number }[];
};

/** Sets a budget; one of the same scope, subject, period and unit is changed. Returns its id, and whether it is new. */
export async function setBudget(
  db: Kysely<Schema>,
  { alerts, webhook, most, ...terms }: BudgetTerms,
): Promise<{ budgetId: string; made: boolean }> {
  const more = { ...(alerts && { alerts }), ...(webhook !== undefined && { webhook }) };
  const set = await db
    .insertInto('baton.budget')
    .values({ ...terms, most: asNumber(most), webhook: null, ...more })
    .onConflict((conflict) =>
      conflict
        .columns(['tenant_id', 'scope', 'subject', 'period', 'unit'])
        .doUpdateSet({ most: asNumber(most), updated_at: sql`now()`, ...more }),
    )
    .returning(['budget_id', sql<boolean>`xmax = 0`.as('made')])
    .executeTakeFirstOrThrow();
  budgetsChanged(currentTenant());
  return { budgetId: set.budget_id, made: set.made };
}

/** Removes a budget, and what is known of it but its calls. False when there is none. */
export async function removeBudget(db: Kysely<Schema>, budgetId: string): Promise<boolean> {
  const { numDeletedRows } = await db
    .deleteFrom('baton.budget')
    .where('budget_id', '=', budgetId)
    .executeTakeFirst();
  budgetsChanged(currentTenant());
  return numDeletedRows > 0n;
}

/** The tenant's budgets, or the one that is asked for, with what is spent and held of them in their present period. */
export async function listBudgets(db: Kysely<Schema>, budgetId?: string): Promise<Budget[]> {
  const { rows } = await sql<Budget>`
    select b.budget_id, b.scope, b.subject, b.period, b.unit, b.most, b.alerts, b.webhook, b.created_at, b.updated_at,
      p.begins, coalesce(u.uses, o.uses, '[]'::json) as uses
    from baton.budget b
    cross join lateral (select baton.period_begin(b.period, now()) as begins) p
    cross join lateral (
      select json_agg(top) as uses from (
        select u.who, u.spent, u.reserved from baton.budget_use u
        where u.tenant_id = b.tenant_id and u.budget_id = b.budget_id and u.begins = p.begins
        order by u.spent desc, u.who limit 10) top) u
    left join lateral (
      select json_build_array(json_build_object('who', w.who, 'reserved', 0, 'spent', baton.spent_before(
          b.tenant_id, b.scope, b.subject, b.unit, w.who, p.begins))) as uses
      from (select case b.scope when 'tenant' then '' else b.subject end as who) w
      where u.uses is null and b.scope <> 'run' and w.who <> '*') o on true
    where ${budgetId ?? null}::uuid is null or b.budget_id = ${budgetId ?? null}::uuid
    order by b.scope, b.subject, b.period, b.unit`.execute(db);
  return rows;
}

/** Every limit that can be set is one. */
function asNumber(most: bigint): number {
  if (most > BigInt(Number.MAX_SAFE_INTEGER))
    throw new RangeError('A budget has at most nine million dollars.');
  return Number(most);
}
