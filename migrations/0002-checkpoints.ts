import { type Kysely, sql } from 'kysely';

/**
 * The saved states of threads, append-only: a checkpoint names the version of every channel, a value is one
 * version of one channel, a write is what a task handed in before the next checkpoint.
 * Ids compare as bytes in every locale.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table baton.checkpoint (
      thread_id text collate "C" not null,
      checkpoint_ns text collate "C" not null,
      checkpoint_id text collate "C" not null,
      parent_id text collate "C",
      seq bigint not null generated always as identity,
      checkpoint json not null,
      metadata jsonb not null,
      created_at timestamptz not null default now(),
      primary key (thread_id, checkpoint_ns, checkpoint_id)
    )`.execute(db);
  await sql`create unique index checkpoint_latest on baton.checkpoint (thread_id, checkpoint_ns, seq)`.execute(
    db,
  );
  await sql`
    create table baton.checkpoint_value (
      thread_id text collate "C" not null,
      checkpoint_ns text collate "C" not null,
      channel text collate "C" not null,
      version text collate "C" not null,
      data text not null,
      chain text collate "C",
      chain_start int,
      chain_end int,
      base jsonb,
      primary key (thread_id, checkpoint_ns, channel, version),
      check (chain is null or (chain_start is not null and chain_end >= chain_start))
    )`.execute(db);
  await sql`
    create unique index checkpoint_value_chain
      on baton.checkpoint_value (thread_id, checkpoint_ns, channel, chain, chain_start)
      where chain_end > chain_start`.execute(db);
  await sql`
    create table baton.checkpoint_write (
      thread_id text collate "C" not null,
      checkpoint_ns text collate "C" not null,
      checkpoint_id text collate "C" not null,
      task_id text collate "C" not null,
      idx int not null,
      channel text collate "C" not null,
      data text not null,
      primary key (thread_id, checkpoint_ns, checkpoint_id, task_id, idx)
    )`.execute(db);
}
