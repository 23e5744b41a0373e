import { type Kysely, sql } from 'kysely';

/**
 * Assistants: a graph with a name and settings, and every version of them. An assistant is what its current version
 * says. The one that each graph has of its own is only here when somebody changed it.
 *
 * `config` and `context` are texts of users, so `json`; `metadata` is searched, so `jsonb`.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table baton.assistant (
      assistant_id uuid primary key,
      version int not null,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now()
    )`.execute(db);
  await sql`
    create table baton.assistant_version (
      assistant_id uuid not null references baton.assistant on delete cascade,
      version int not null,
      graph text not null,
      name text not null,
      description text,
      config json not null default '{}',
      context json not null default '{}',
      metadata jsonb not null default '{}',
      created_at timestamptz not null default now(),
      primary key (assistant_id, version)
    )`.execute(db);
  await sql`
    alter table baton.assistant add constraint assistant_current
      foreign key (assistant_id, version) references baton.assistant_version (assistant_id, version)
      deferrable initially deferred`.execute(db);
  await sql`
    create index assistant_metadata on baton.assistant_version using gin (metadata jsonb_path_ops)`.execute(
    db,
  );
  await sql`create index assistant_graph on baton.assistant_version (graph)`.execute(db);
}
