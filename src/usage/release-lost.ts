import type { Kysely } from 'kysely';
import type { Schema } from '../db/schema.ts';
import { asService } from '../tenancy.ts';
import { settleCalls } from './settle-calls.ts';

/** How many calls one sweep gives up at most; the next one goes on. */
const most = 1_000;

/**
 * Gives up calls whose process has not said in time what became of them: what they hold of budgets is free again, and their
 * prompts are counted, since a provider has likely read them. Any number of processes may do it at once. Returns how many.
 */
export async function releaseLost(db: Kysely<Schema>): Promise<number> {
  const overdue = await asService(() =>
    db
      .selectFrom('baton.model_call')
      .select(['tenant_id', 'call_id'])
      .where('outcome', '=', 'pending')
      .where('expires_at', '<', new Date())
      .orderBy('expires_at')
      .limit(most)
      .execute(),
  );
  const byTenant = Map.groupBy(overdue, ({ tenant_id }) => tenant_id);
  for (const [tenant, calls] of byTenant)
    await settleCalls(
      db,
      tenant,
      calls.map(({ call_id }) => ({ callId: call_id, outcome: 'lost' })),
    );
  return overdue.length;
}
