import { type Kysely, sql } from 'kysely';
import type { Schema } from '../../db/schema.ts';

/**
 * Counts a change of what searches of the tenant may find. In the transaction of the change, and as its last statement but events:
 * changes wait here for one another.
 */
export async function countChange(trx: Kysely<Schema>): Promise<void> {
  await sql`
    insert into baton.knowledge_version as known (version) values (1)
    on conflict (tenant_id) do update set version = known.version + 1, changed_at = now()`.execute(trx);
}
