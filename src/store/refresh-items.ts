import { type Kysely, sql } from 'kysely';
import type { Schema } from '../db/schema.ts';

/**
 * Lets the time to live of these items begin anew, where they have one and it is not over. An item that someone
 * else writes at this moment is passed over: two readers never wait for each other.
 */
export async function refreshItems(db: Kysely<Schema>, itemIds: number[]): Promise<void> {
  if (itemIds.length === 0) return;
  await sql`
    update baton.store_item set expires_at = now() + make_interval(secs => ttl_minutes * 60)
    where item_id in (
      select item_id from baton.store_item
      where item_id = any(${itemIds}::bigint[]) and expires_at > now()
      for no key update skip locked
    )`.execute(db);
}
