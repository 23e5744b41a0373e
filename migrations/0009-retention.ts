import { type Kysely, sql } from 'kysely';

/**
 * How long threads are kept, and what a run may take back.
 *
 * `expires_at` moves along whenever a thread is used, whichever statement uses it; a sweep sets it to null once it has
 * kept the latest state alone. A write knows the run that handed it in and what it took the place of, so that it can be
 * taken back.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table baton.thread
      add column ttl_minutes double precision check (ttl_minutes > 0),
      add column ttl_strategy text not null default 'delete' check (ttl_strategy in ('delete', 'keep_latest')),
      add column expires_at timestamptz,
      add column state_updated_at timestamptz not null default now()`.execute(db);
  await sql`update baton.thread set state_updated_at = updated_at`.execute(db);
  await sql`create index thread_expires on baton.thread (expires_at) where expires_at is not null`.execute(
    db,
  );
  await sql`create index thread_temporary on baton.thread (updated_at) where temporary`.execute(db);
  await sql`create index thread_state_updated on baton.thread (state_updated_at desc)`.execute(db);
  await sql`
    create function baton.note_use_of_thread() returns trigger language plpgsql as $$
    begin
      new.expires_at := now() + make_interval(secs => new.ttl_minutes * 60);
      if tg_op = 'UPDATE' and old.status = 'busy' and new.status <> 'busy' then
        new.state_updated_at := now();
      end if;
      return new;
    end $$`.execute(db);
  await sql`
    create trigger thread_used before insert or update of status, metadata, ttl_minutes on baton.thread
      for each row execute function baton.note_use_of_thread()`.execute(db);
  await sql`
    alter table baton.checkpoint_write
      add column run_id text collate "C",
      add column replaced jsonb`.execute(db);
}
