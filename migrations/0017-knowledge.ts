import { type Kysely, sql } from 'kysely';
import { guardRows, tenantColumn } from '../src/db/row-security.ts';

/**
 * Documents that people bring, and what is searched of them.
 *
 * A document has one version that serves and at most one that is being made. Chunks of both are kept; `live` are those that may be
 * found: of the serving version of a published document. Only they have postings. Vectors belong to an embedding space, which is one
 * model's for one collection; while a new one is filled, the old one serves.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const table of tables) await table.execute(db);
  for (const table of guarded) await guardRows(db, table);
  await guardRows(db, 'baton.domain_event', 'select, insert, update');
}

const guarded = [
  'baton.knowledge_version',
  'baton.collection',
  'baton.embedding_space',
  'baton.document',
  'baton.document_content',
  'baton.document_part',
  'baton.document_version',
  'baton.chunk',
  'baton.chunk_vector',
  'baton.posting',
];

const tables = [
  sql`create table baton.knowledge_version (
    ${tenantColumn},
    version bigint not null, -- counts each change of what searches may find
    changed_at timestamptz not null default now(),
    primary key (tenant_id)
  )`,
  sql`create table baton.collection (
    ${tenantColumn},
    collection text not null check (collection ~ '^[a-z0-9][a-z0-9_-]{0,62}$'),
    collection_no bigint generated always as identity,
    description text not null default '',
    metric text not null default 'cosine' check (metric in ('cosine', 'l2', 'inner_product')),
    chunk_tokens integer not null check (chunk_tokens between 16 and 8000),
    overlap_tokens integer not null check (overlap_tokens >= 0 and overlap_tokens < chunk_tokens),
    webhook text,
    space_no bigint, -- the embedding space that serves; null: nothing is embedded yet
    chunks bigint not null default 0, -- live ones
    words bigint not null default 0, -- of the live ones, as they are counted for search
    languages text[] not null default '{}', -- that live chunks have had
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (tenant_id, collection),
    unique (tenant_id, collection_no)
  )`,
  sql`create table baton.embedding_space (
    ${tenantColumn},
    space_no bigint generated always as identity,
    collection_no bigint not null,
    model text not null,
    dimensions integer not null check (dimensions between 1 and 16000),
    indexed boolean not null default false, -- whether it has an HNSW index of its own
    filled_by uuid, -- the process that fills it, until then
    filled_until timestamptz,
    created_at timestamptz not null default now(),
    primary key (tenant_id, space_no),
    unique (tenant_id, collection_no, model, dimensions),
    foreign key (tenant_id, collection_no) references baton.collection (tenant_id, collection_no) on delete cascade
  )`,
  sql`create table baton.document (
    ${tenantColumn},
    document_id uuid not null default gen_random_uuid(),
    collection_no bigint not null,
    key text not null check (key <> '' and length(key) <= 1000), -- what its owner calls it: a path, an address
    name text, -- of the file
    title text,
    url text, -- where it came from, or where people read it
    language text, -- as its owner says; null: as the document says, or as it reads
    tags text[] not null default '{}',
    metadata jsonb not null default '{}',
    publish text not null default 'published' check (publish in ('draft', 'published', 'archived')),
    serving integer, -- its version that is searched
    making integer, -- its version that is waited for, or that failed
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (tenant_id, document_id),
    unique (tenant_id, collection_no, key),
    foreign key (tenant_id, collection_no) references baton.collection (tenant_id, collection_no) on delete cascade
  )`,
  // The bytes: there before the version is, since they come over time, and until they are read.
  sql`create table baton.document_content (
    ${tenantColumn},
    content_id uuid not null,
    touched_at timestamptz not null default now(),
    primary key (tenant_id, content_id)
  )`,
  sql`create table baton.document_part (
    ${tenantColumn},
    content_id uuid not null,
    part integer not null,
    bytes bytea not null,
    primary key (tenant_id, content_id, part),
    foreign key (tenant_id, content_id) references baton.document_content on delete cascade
  )`,
  sql`create table baton.document_version (
    ${tenantColumn},
    document_id uuid not null,
    version integer not null check (version > 0),
    content_id uuid, -- null: it is read, or will not be
    content_hash text not null, -- SHA-256 of the bytes, hexadecimal
    bytes bigint not null,
    content_type text,
    settings text not null, -- what else the chunks depend on
    status text not null default 'waiting' check (status in ('waiting', 'reading', 'embedding', 'ready', 'failed', 'replaced')),
    begun integer not null default 0, -- how often, without an end or a step forward since
    done integer not null default 0, -- of \`total\`: pages while it is read, chunks while it is embedded
    total integer not null default 0,
    error_code text,
    error_message text,
    kind text,
    language text,
    pages integer,
    chunks integer,
    tokens bigint,
    space_no bigint, -- the embedding space in which all its chunks have vectors
    details jsonb not null default '{}', -- what the document says of itself
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    ready_at timestamptz,
    primary key (tenant_id, document_id, version),
    foreign key (tenant_id, document_id) references baton.document on delete cascade
  )`,
  sql`create index document_version_content on baton.document_version (tenant_id, content_id) where content_id is not null`,
  sql`create index document_version_made on baton.document_version (updated_at)
    where status in ('waiting', 'reading', 'embedding')`,
  sql`create table baton.chunk (
    ${tenantColumn},
    chunk_no bigint generated always as identity,
    collection_no bigint not null,
    document_id uuid not null,
    version integer not null,
    position integer not null,
    chunk_id text not null, -- of its content: the same whenever the document is read again
    text text not null,
    tokens integer not null,
    title text,
    headings text[] not null default '{}',
    place jsonb not null default '{}', -- pages, slides, sheet
    language text not null,
    terms text[] not null, -- what it is found by, each once
    counts smallint[] not null, -- how often
    words integer not null, -- how long it is, in such words
    live boolean not null default false,
    primary key (tenant_id, chunk_no),
    unique (tenant_id, document_id, version, position),
    foreign key (tenant_id, document_id, version) references baton.document_version on delete cascade
  )`,
  sql`create index chunk_id on baton.chunk (tenant_id, chunk_id)`,
  sql`create index chunk_collection on baton.chunk (tenant_id, collection_no, chunk_no)`,
  // A vector stands in its row: out of line it takes up to three times as long to compare.
  sql`create table baton.chunk_vector (
    ${tenantColumn},
    space_no bigint not null,
    chunk_no bigint not null,
    embedding halfvec not null,
    primary key (tenant_id, space_no, chunk_no),
    foreign key (tenant_id, space_no) references baton.embedding_space on delete cascade,
    foreign key (tenant_id, chunk_no) references baton.chunk on delete cascade
  ) with (toast_tuple_target = 8160)`,
  sql`create index chunk_vector_chunk on baton.chunk_vector (tenant_id, chunk_no)`,
  // Which live chunks have a term; what a chunk says of itself is repeated, so that nothing else is read to weigh it.
  sql`create table baton.posting (
    ${tenantColumn},
    collection_no bigint not null,
    term text not null,
    chunk_no bigint not null,
    count smallint not null,
    words integer not null,
    primary key (tenant_id, collection_no, term, chunk_no) include (count, words)
  )`,
  // A transaction that began early may end late, so an event has its number from who tells it, in the order in which events came to be seen.
  sql`create table baton.domain_event (
    ${tenantColumn},
    written bigint generated always as identity,
    event_no bigint, -- counts up from 1 in a tenant; null: not yet told
    type text not null,
    collection text,
    document_id uuid,
    data jsonb not null default '{}',
    webhook text, -- where it is told
    created_at timestamptz not null default now(),
    primary key (tenant_id, written)
  )`,
  sql`create unique index domain_event_no on baton.domain_event (tenant_id, event_no)`,
  sql`create index domain_event_untold on baton.domain_event (tenant_id, written) where event_no is null`,
  sql`create index domain_event_age on baton.domain_event (created_at)`,
];
