import { type Kysely, sql } from 'kysely';
import type { Schema } from '../db/schema.ts';
import { asService } from '../tenancy.ts';

/** What was spent of budgets in periods that are long over, and by runs of days ago, is in the ledger and needs no place of its own. */
export async function forgetUses(db: Kysely<Schema>, limit = 10_000): Promise<void> {
  await asService(() =>
    sql`delete from baton.budget_use where (tenant_id, budget_id, who, begins) in (
      select u.tenant_id, u.budget_id, u.who, u.begins from baton.budget_use u
      join baton.budget b on b.tenant_id = u.tenant_id and b.budget_id = u.budget_id
      where u.reserved = 0 and (
        b.scope = 'run' and u.touched_at < now() - interval '7 days'
        or b.period in ('day', 'month') and u.touched_at < now() - interval '70 days')
      limit ${limit})`.execute(db),
  );
}
