import { type Kysely, sql } from 'kysely';
import type { Schema } from './schema.ts';

/** Runs that wait and may begin now. */
export interface Waiting {
  /** Counted up to a limit. */
  count: number;
  /** How long the oldest of them has waited, in seconds. */
  oldest: number;
}

export async function lookAtWaiting(db: Kysely<Schema>, limit: number): Promise<Waiting> {
  const { rows } = await sql<Waiting>`
    select count(*) as count, coalesce(extract(epoch from now() - min(since)), 0)::float8 as oldest from (
      select coalesce(begin_after, created_at) as since from baton.run
      where status = 'pending' and (begin_after is null or begin_after <= now()) limit ${limit}
    ) as waiting`.execute(db);
  return rows[0] ?? { count: 0, oldest: 0 };
}
