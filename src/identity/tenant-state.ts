import type { Kysely } from 'kysely';
import type { Schema } from '../db/schema.ts';
import { getTenant } from '../db/tenants.ts';
import { memoriesOf } from './memory.ts';

/** Whether there is such a tenant, and whether it may do anything. True as of a moment ago: see `memoryMs`. */
export function tenantState(
  db: Kysely<Schema>,
  tenantId: string,
): Promise<'active' | 'suspended' | 'unknown'> {
  return memoriesOf(db).tenants.recall(tenantId, async () => {
    const tenant = await getTenant(db, tenantId);
    if (!tenant) return 'unknown';
    return tenant.suspended_at === null ? 'active' : 'suspended';
  });
}

/** Whether a tenant's requests are refused, and its runs wait. */
export async function isSuspended(db: Kysely<Schema>, tenantId: string): Promise<boolean> {
  return (await tenantState(db, tenantId)) === 'suspended';
}
