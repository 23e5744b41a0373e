import { type Kysely, sql } from 'kysely';
import { guardRows, tenantColumn, tenantSetting } from '../src/db/row-security.ts';

/**
 * Keys of model providers, of tenants and of the service.
 *
 * A row without a tenant is the service's, and no tenant's work sees it. Ids are made by the service, never by a client. A tenant's
 * work may write a sealed secret and may not read one: only the pool does, as the service.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  const run = (statement: string) => sql.raw(statement).execute(db);
  await run(`
    create table baton.model_key (
      tenant_id text default current_setting('${tenantSetting}') references baton.tenant on delete cascade,
      key_id text primary key,
      name text not null,
      provider text not null,
      base_url text,
      models text[] not null default '{}', -- empty: all
      weight integer not null default 1 check (weight between 1 and 1000),
      max_concurrency integer check (max_concurrency > 0),
      requests_per_minute integer check (requests_per_minute > 0),
      tokens_per_minute integer check (tokens_per_minute > 0),
      disabled boolean not null default false,
      last_four text not null,
      sealed text not null,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now()
    )`);
  await run('create index model_key_tenant on baton.model_key (tenant_id, created_at, key_id)');
  const readable = columns.filter((column) => column !== 'sealed').join(', ');
  const updatable = columns.filter((column) => !fixed.includes(column)).join(', ');
  await guardRows(db, 'baton.model_key', `select (${readable}), insert, update (${updatable}), delete`);

  await sql`
    create table baton.model_pool (
      ${tenantColumn},
      shared boolean not null default false, -- the service's keys too, beside the tenant's own
      primary key (tenant_id)
    )`.execute(db);
  await guardRows(db, 'baton.model_pool');
}

const columns = [
  'tenant_id',
  'key_id',
  'name',
  'provider',
  'base_url',
  'models',
  'weight',
  'max_concurrency',
  'requests_per_minute',
  'tokens_per_minute',
  'disabled',
  'last_four',
  'sealed',
  'created_at',
  'updated_at',
];
/** A secret goes where it was given for: another provider or URL is another key. */
const fixed = ['tenant_id', 'key_id', 'provider', 'base_url', 'created_at'];
