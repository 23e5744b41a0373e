import { type Kysely, sql } from 'kysely';

/**
 * Runs that outlive the process that carries them out. The thread's `owner` is the run and attempt that may write its
 * log and its states; whoever took a run over is the owner, and who had it before can write no more.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table baton.thread add column owner text`.execute(db);
  await sql`
    alter table baton.run
      add column assistant_id uuid,
      add column config json not null default '{}',
      add column webhook text,
      add column attempt int not null default 0,
      add column crashes int not null default 0,
      add column cancel text check (cancel in ('interrupt', 'rollback')),
      add column begin_after timestamptz,
      add column watched_at timestamptz,
      add column started_at timestamptz,
      add column ended_at timestamptz`.execute(db);
  await sql`create index run_open on baton.run (updated_at) where status in ('pending', 'running')`.execute(
    db,
  );
  await sql`
    create table baton.idempotency_key (
      scope text not null,
      key text not null,
      hash text not null,
      thread_id uuid,
      run_id uuid,
      status int,
      answer json,
      created_at timestamptz not null default now(),
      primary key (scope, key)
    )`.execute(db);
  await sql`create index idempotency_key_age on baton.idempotency_key (created_at)`.execute(db);
  await sql`
    create table baton.call_record (
      thread_id uuid not null references baton.thread on delete cascade,
      call_key text not null,
      call_id text not null,
      run_id uuid not null,
      tool text not null,
      result json,
      created_at timestamptz not null default now(),
      ended_at timestamptz,
      primary key (thread_id, call_key)
    )`.execute(db);
}
