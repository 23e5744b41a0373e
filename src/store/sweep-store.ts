import { type Kysely, sql } from 'kysely';
import type { Schema } from '../db/schema.ts';
import { asService } from '../tenancy.ts';

export interface SweepOptions {
  /** Items deleted in one statement. */
  batch?: number;
  signal?: AbortSignal;
}

/**
 * Deletes the items whose time is over, with their vectors, and tells how many those were. Nobody sees them before
 * either. Several processes may do it at once. Stops between two batches when the signal says so.
 */
export async function sweepStore(
  db: Kysely<Schema>,
  { batch = 500, signal }: SweepOptions = {},
): Promise<number> {
  for (let swept = 0; ; ) {
    const deleted = await asService(() => deleteExpired(db, batch));
    swept += deleted;
    if (deleted < batch || signal?.aborted) return swept;
  }
}

async function deleteExpired(db: Kysely<Schema>, limit: number): Promise<number> {
  const { numAffectedRows = 0n } = await sql`
    delete from baton.store_item where item_id in (
      select item_id from baton.store_item where expires_at <= now()
      order by expires_at limit ${limit} for update skip locked
    )`.execute(db);
  return Number(numAffectedRows);
}
