import { type Kysely, sql } from 'kysely';
import type { Schema } from './schema.ts';

/** Runs that wait and may begin now. */
export interface Waiting {
  /** Counted up to a limit. */
  count: number;
  /** How long the oldest of them has waited, in seconds. */
  oldest: number;
  /** Of each tenant, by its id. */
  of: Map<string, number>;
}

export async function lookAtWaiting(db: Kysely<Schema>, limit: number): Promise<Waiting> {
  const { rows } = await sql<{ tenant_id: string; count: number; oldest: number }>`
    select tenant_id, count(*) as count, extract(epoch from now() - min(since))::float8 as oldest from (
      select tenant_id, coalesce(begin_after, created_at) as since from baton.run
      where status = 'pending' and (begin_after is null or begin_after <= now()) limit ${limit}
    ) as waiting group by tenant_id`.execute(db);
  return {
    count: rows.reduce((sum, { count }) => sum + count, 0),
    oldest: Math.max(0, ...rows.map(({ oldest }) => oldest)),
    of: new Map(rows.map(({ tenant_id, count }) => [tenant_id, count])),
  };
}
