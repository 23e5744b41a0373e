import { type Kysely, sql } from 'kysely';

/**
 * What a run adds to an array, step by step, is one row: `steps` has the versions that are in it, each with the position at which it ends. Such rows
 * grow with each step, so they stay in their page, compressed: see `baton.checkpoint_pack`.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table baton.checkpoint_value add column steps jsonb, alter column data set storage main`.execute(
    db,
  );
  // a server may have been built without it
  await sql`
    do $$ begin
      alter table baton.checkpoint_value alter column data set compression lz4;
    exception when feature_not_supported then null;
    end $$`.execute(db);
}
