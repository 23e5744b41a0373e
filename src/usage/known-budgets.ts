import type { Kysely } from 'kysely';
import type { Schema } from '../db/schema.ts';
import { inTenant } from '../tenancy.ts';

/** How long a budget that another process made may be unknown here, in milliseconds. */
const freshMs = 1_000;
/** How many tenants are remembered. */
const most = 10_000;

/** By tenant, how often its budgets were changed in this process. */
const changes = new Map<string, number>();

/** To be told of every change of a tenant's budgets, so that it holds from the next call on. */
export function budgetsChanged(tenant: string): void {
  changes.set(tenant, (changes.get(tenant) ?? 0) + 1);
}

/** Knows of tenants whether they have a budget, so that calls of those that have none need not ask. */
export interface KnownBudgets {
  /** Whether any budget may apply. Looks once a second at the most. */
  mayApply(tenant: string): Promise<boolean>;
}

interface Known {
  until: number;
  change: number | undefined;
  any: Promise<boolean>;
}

export function knowBudgets(db: Kysely<Schema>): KnownBudgets {
  const known = new Map<string, Known>();

  async function look(tenant: string): Promise<boolean> {
    const found = await inTenant(tenant, () =>
      db.selectFrom('baton.budget').select('budget_id').limit(1).executeTakeFirst(),
    );
    return found !== undefined;
  }

  return {
    mayApply(tenant) {
      const before = known.get(tenant);
      const change = changes.get(tenant);
      if (before && before.change === change && performance.now() < before.until) return before.any;
      const hasChanged = before !== undefined && before.change !== change; // to ask for what is left tells the same, and needs no look
      const any = hasChanged ? Promise.resolve(true) : look(tenant);
      const now: Known = { until: performance.now() + freshMs, change, any };
      known.delete(tenant);
      known.set(tenant, now);
      any.catch(() => known.get(tenant) === now && known.delete(tenant));
      const [oldest] = known.size > most ? known.keys() : [];
      if (oldest !== undefined) known.delete(oldest);
      return any;
    },
  };
}
