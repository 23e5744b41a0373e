import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Schema } from './schema.ts';

/** Deletes those of the threads that are there and have no open run, with all that is kept of them. Returns their ids. */
export function deleteThreads(db: Kysely<Schema>, ids: string[]): Promise<string[]> {
  return deleteIdleThreads(db, sql`thread_id = any(${ids}::uuid[]) order by thread_id for update`);
}

/**
 * Deletes, with all that is kept of them, at most `limit` threads whose time is over, and temporary ones a minute after
 * their last run, or an hour where somebody is still to be told of it. Threads that somebody works on are left alone, and those that another sweep has in hand. Returns ids.
 */
export function deleteExpiredThreads(db: Kysely<Schema>, limit: number): Promise<string[]> {
  return deleteIdleThreads(
    db,
    sql`(
      expires_at <= now() and ttl_strategy = 'delete'
      or temporary and updated_at <= now() - interval '1 minute' and not exists (
        select from baton.run r
        where (r.tenant_id, r.thread_id) = (thread.tenant_id, thread.thread_id) and r.webhook is not null and r.ended_at > now() - interval '1 hour'
      )
    ) limit ${limit} for update skip locked`,
  );
}

/** One statement, so that no state outlives its thread. */
async function deleteIdleThreads(db: Kysely<Schema>, which: RawBuilder<unknown>): Promise<string[]> {
  const { rows } = await sql<{ thread_id: string }>`
    with idle as materialized (
      select tenant_id, thread_id from baton.thread where status <> 'busy' and ${which}
    ), values_gone as (
      delete from baton.checkpoint_value where ${ofIdle}
    ), writes_gone as (
      delete from baton.checkpoint_write where ${ofIdle}
    ), packs_gone as (
      delete from baton.checkpoint_pack where ${ofIdle}
    ), checkpoints_gone as (
      delete from baton.checkpoint where ${ofIdle}
    )
    delete from baton.thread where (tenant_id, thread_id) in (select tenant_id, thread_id from idle)
    returning thread_id`.execute(db);
  return rows.map(({ thread_id }) => thread_id);
}

const ofIdle = sql`(tenant_id, thread_id) in (select tenant_id, thread_id::text from idle)`;
