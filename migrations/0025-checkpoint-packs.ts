import { type Kysely, sql } from 'kysely';
import { guardRows, serviceRole, tenantColumn, tenantRole } from '../src/db/row-security.ts';

/**
 * States of a run that were saved with its events, as lines of one row, which grows with each step: they are alike, and compress to a
 * sixth. Compressed they stay in the row (`storage main`), where what a version leaves is used again at once; elsewhere it would wait for a `VACUUM`.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table baton.checkpoint_pack (
      ${tenantColumn},
      thread_id text collate "C" not null,
      checkpoint_ns text collate "C" not null,
      first_id text collate "C" not null, -- no checkpoint of the pack has a smaller id
      last_id text collate "C" not null, -- of the last line, the greatest one
      first_seq bigint not null, -- the order of saving, of the first line
      states text storage main not null, -- a line of JSON each: {"seq", "id", "parent", "metadata", "checkpoint"}
      primary key (tenant_id, thread_id, checkpoint_ns, first_id)
    )`.execute(db);
  await sql`create unique index checkpoint_pack_latest on baton.checkpoint_pack (tenant_id, thread_id, checkpoint_ns, first_seq)`.execute(
    db,
  );
  await guardRows(db, 'baton.checkpoint_pack');
  await sql
    .raw(`grant usage on sequence baton.checkpoint_seq_seq to ${tenantRole}, ${serviceRole}`)
    .execute(db);
  // a server may have been built without it
  await sql`
    do $$ begin
      alter table baton.checkpoint_pack alter column states set compression lz4;
    exception when feature_not_supported then null;
    end $$`.execute(db);
}
