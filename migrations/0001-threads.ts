import { type Kysely, sql } from 'kysely';

/**
 * Threads, their runs, and the log of events that every watcher reads.
 *
 * Texts of users and models are kept as `json`, which takes every escape, `\u0000` too; `jsonb` does not.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create extension if not exists vector`.execute(db);
  await sql`
    create table baton.thread (
      thread_id uuid primary key,
      graph text,
      graph_version text,
      status text not null default 'idle' check (status in ('idle', 'busy', 'interrupted', 'error')),
      metadata jsonb not null default '{}',
      last_seq bigint not null default 0,
      temporary boolean not null default false,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now()
    )`.execute(db);
  await sql`create index thread_metadata on baton.thread using gin (metadata jsonb_path_ops)`.execute(db);
  await sql`create index thread_updated on baton.thread (updated_at desc)`.execute(db);
  await sql`
    create table baton.run (
      run_id uuid primary key,
      thread_id uuid not null references baton.thread on delete cascade,
      graph text not null,
      status text not null default 'pending'
        check (status in ('pending', 'running', 'success', 'error', 'timeout', 'interrupted')),
      input json not null,
      kwargs json not null default '{}',
      metadata jsonb not null default '{}',
      multitask_strategy text not null default 'enqueue',
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now()
    )`.execute(db);
  await sql`create index run_thread on baton.run (thread_id, created_at)`.execute(db);
  await sql`create unique index run_one_running on baton.run (thread_id) where status = 'running'`.execute(
    db,
  );
  await sql`
    create table baton.event (
      thread_id uuid not null references baton.thread on delete cascade,
      seq bigint not null,
      run_id uuid not null,
      type text not null,
      data json not null,
      created_at timestamptz not null default now(),
      primary key (thread_id, seq)
    )`.execute(db);
  await sql`create index event_run on baton.event (run_id, seq)`.execute(db);
}
