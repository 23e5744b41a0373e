import { type Kysely, sql } from 'kysely';
import { graphsSetting, guardRows, serviceRole, tenantRole } from '../src/db/row-security.ts';

/**
 * The log has a row for what a run writes at one time, and one for a run that is over, instead of one an event: each row costs a check of its
 * thread, one of its policies and two index entries, whatever it holds. A row's events are lines of JSON, packed where they are long.
 *
 * A thread's row has room for what moves along while it is worked on: its indexes need not be written for that.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  const run = (statement: string) => sql.raw(statement).execute(db);
  await run('alter table baton.event rename to event_alone');
  await run('alter table baton.event_alone no force row level security'); // or its owner sees nothing
  await run('alter index baton.event_pkey rename to event_alone_pkey');
  await run('drop index baton.event_run');
  await run(table);
  await run(
    `alter table baton.event alter column events set compression ${(await hasLz4(db)) ? 'lz4' : 'pglz'}`,
  );
  await run(takeOver);
  await run('drop table baton.event_alone');
  await run('create index event_run on baton.event (run_id, first_seq)');
  await guardRows(db, 'baton.event');
  await run(`create policy graphs_select on baton.event as restrictive for select to ${tenantRole}
    using (nullif(current_setting('${graphsSetting}', true), '') is null or exists (
      select from baton.thread t where t.tenant_id = event.tenant_id and t.thread_id = event.thread_id))`);
  await run(view);
  await run(`grant select on baton.event_line to ${tenantRole}, ${serviceRole}`);
  await run('alter table baton.thread set (fillfactor = 70)');
  await run(noteUse);
}

const table = `
  create table baton.event (
    tenant_id text not null default current_setting('baton.tenant'),
    thread_id uuid not null,
    first_seq bigint not null,
    last_seq bigint not null check (last_seq >= first_seq),
    run_id uuid not null,
    events text not null,
    created_at timestamptz not null default now(),
    primary key (tenant_id, thread_id, first_seq),
    foreign key (tenant_id, thread_id) references baton.thread on delete cascade
  )`;

async function hasLz4(db: Kysely<unknown>): Promise<boolean> {
  const { rows } = await sql<{ has: boolean }>`
    select 'lz4' = any(enumvals) as has from pg_settings where name = 'default_toast_compression'`.execute(
    db,
  );
  return rows[0]?.has ?? false;
}

/** Events that are neighbours and of the same run come together, up to 128 kB. Each line begins with the type and has its time. */
const takeOver = `
  insert into baton.event (tenant_id, thread_id, first_seq, last_seq, run_id, events, created_at)
  select tenant_id, thread_id, min(seq), max(seq), run_id, string_agg(line, E'\\n' order by seq), min(created_at)
  from (
    select *, sum(octet_length(line)) over (partition by tenant_id, thread_id, run_id, stretch order by seq) / 131072 as piece
    from (
      select *, seq - row_number() over (partition by tenant_id, thread_id, run_id order by seq) as stretch
      from (
        select tenant_id, thread_id, run_id, seq, created_at, case
            when said like '{"type":"' || type || '"%' then said
            else '{"type":' || to_json(type) || ',' || substr(said, 2) end as line
        from baton.event_alone, lateral (select replace(data::text, E'\\n', ' ') as written) as raw, lateral (select case
            when written ~ '"at":[0-9]+\\}$' then written
            else left(written, -1) || ',"at":' || (extract(epoch from created_at) * 1000)::bigint || '}' end as said) as timed
      ) as lines
    ) as stretches
  ) as pieces
  group by tenant_id, thread_id, run_id, stretch, piece
  order by tenant_id, thread_id, min(seq)`;

/** The log with a row an event, for whoever asks it in SQL. */
const view = `
  create view baton.event_line with (security_invoker = true) as
  select e.tenant_id, e.thread_id, e.first_seq + line.place - 1 as seq, e.run_id,
    substring(line.event from '^\\{"type":"([^"]*)"') as type, line.event::json as data, e.created_at
  from baton.event e, string_to_table(e.events, E'\\n') with ordinality as line (event, place)`;

/** A thread is used when a run takes it, and when one ends: see the statements that end runs. What a run writes meanwhile is no use of it. */
const noteUse = `
  create or replace function baton.note_use_of_thread() returns trigger language plpgsql as $$
  begin
    new.expires_at := now() + make_interval(secs => new.ttl_minutes * 60);
    if tg_op = 'UPDATE' and old.status = 'busy' and new.status <> 'busy' then
      new.state_updated_at := now();
    end if;
    if tg_op = 'UPDATE' and new.owner is not null and new.owner is distinct from old.owner then
      new.updated_at := now();
    end if;
    return new;
  end $$`;
