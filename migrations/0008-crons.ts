import { type Kysely, sql } from 'kysely';

/**
 * Crons: runs that are started by the clock. A cron on a thread goes with the thread; one without has a new thread made each
 * time. The assistant is not a key of another table: a graph's own has no rows.
 *
 * `payload` is what users ask, so `json`; `metadata` is searched, so `jsonb`.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table baton.cron (
      cron_id uuid primary key,
      assistant_id uuid not null,
      thread_id uuid references baton.thread on delete cascade,
      schedule text not null,
      timezone text not null,
      end_time timestamptz,
      enabled boolean not null,
      payload json not null,
      metadata jsonb not null default '{}',
      on_run_completed text not null check (on_run_completed in ('delete', 'keep')),
      user_id text,
      next_run_date timestamptz,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now()
    )`.execute(db);
  await sql`create index cron_thread on baton.cron (thread_id) where thread_id is not null`.execute(db);
  await sql`create index cron_assistant on baton.cron (assistant_id)`.execute(db);
  await sql`create index cron_next on baton.cron (next_run_date) where next_run_date is not null`.execute(db);
  await sql`create index cron_created on baton.cron (created_at desc)`.execute(db);
  await sql`create index cron_metadata on baton.cron using gin (metadata jsonb_path_ops)`.execute(db);
}
