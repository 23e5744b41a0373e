import { type Kysely, sql } from 'kysely';

/**
 * The long-term store: items by namespace and key, and vectors of their texts.
 *
 * Namespaces and keys are compared byte by byte, so that all namespaces that begin with a prefix are one range of
 * the index. Their lengths are bounded where items are written: an entry of the index has 2,700 bytes at most.
 *
 * The HNSW index of a model is made when its first vector is kept: it needs the number of dimensions.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table baton.store_item (
      item_id bigint generated always as identity primary key,
      namespace text[] collate "C" not null check (cardinality(namespace) > 0),
      key text collate "C" not null,
      value jsonb not null,
      bytes integer not null,
      fields text[],
      ttl_minutes double precision check (ttl_minutes > 0),
      expires_at timestamptz,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      unique (namespace, key),
      check ((ttl_minutes is null) = (expires_at is null))
    )`.execute(db);
  await sql`create index store_item_expires on baton.store_item (expires_at) where expires_at is not null`.execute(
    db,
  );
  await sql`
    create table baton.store_vector (
      item_id bigint not null references baton.store_item on delete cascade,
      model text not null,
      field text not null,
      embedding vector not null,
      primary key (item_id, model, field)
    )`.execute(db);
}
