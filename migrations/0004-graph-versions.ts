import { type Kysely, sql } from 'kysely';

/**
 * The versions of graphs that threads are pinned to, as the texts of their files, so that a thread goes on as
 * it began whatever becomes of the files. A run keeps the version that it was accepted for.
 *
 * Nothing is kept of the versions of threads from before: their next turn pins them.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table baton.graph_version (
      graph text not null,
      version text not null,
      files json not null,
      created_at timestamptz not null default now(),
      primary key (graph, version)
    )`.execute(db);
  await sql`update baton.thread set graph_version = null where graph_version is not null`.execute(db);
  await sql`
    alter table baton.thread add constraint thread_graph_version
      foreign key (graph, graph_version) references baton.graph_version (graph, version)`.execute(db);
  await sql`alter table baton.run add column graph_version text`.execute(db);
}
