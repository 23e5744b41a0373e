import { type Kysely, sql } from 'kysely';
import { guardRows, serviceRole, tenantColumn } from '../src/db/row-security.ts';

/**
 * Users of a tenant, their sessions, and the tokens that reach them by mail. Of every secret only the hash is kept.
 *
 * `baton.attempt` counts log-ins, of accounts that exist and of such as do not, so it belongs to no tenant: the service alone
 * may use it.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table baton.user (
      ${tenantColumn},
      user_id uuid not null,
      email text not null, -- in lower case
      name text not null,
      role text not null check (role in ('viewer', 'member', 'engineer', 'admin')),
      graphs text[], -- null: all
      status text not null check (status in ('invited', 'active', 'disabled')),
      password_hash text,
      last_login_at timestamptz,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      primary key (tenant_id, user_id),
      unique (tenant_id, email),
      check (email = lower(email)),
      check (status <> 'active' or password_hash is not null)
    )`.execute(db);
  await sql`
    create table baton.session (
      ${tenantColumn},
      session_id uuid not null,
      user_id uuid not null,
      secret_hash text, -- of its cookie; null: it goes on by refresh tokens
      address text,
      agent text,
      used_at timestamptz not null default now(),
      expires_at timestamptz not null, -- moves along when it is used, up to ends_at
      ends_at timestamptz not null,
      created_at timestamptz not null default now(),
      primary key (tenant_id, session_id),
      foreign key (tenant_id, user_id) references baton.user on delete cascade
    )`.execute(db);
  await sql`create index session_of_user on baton.session (tenant_id, user_id)`.execute(db);
  await sql`create index session_expires on baton.session (expires_at)`.execute(db);
  await sql`
    create table baton.refresh_token (
      ${tenantColumn},
      token_hash text not null,
      session_id uuid not null,
      used_at timestamptz, -- one that comes again after that was stolen
      created_at timestamptz not null default now(),
      primary key (tenant_id, token_hash),
      foreign key (tenant_id, session_id) references baton.session on delete cascade
    )`.execute(db);
  await sql`create index refresh_token_session on baton.refresh_token (tenant_id, session_id)`.execute(db);
  await sql`
    create table baton.mail_token (
      ${tenantColumn},
      token_hash text not null,
      user_id uuid not null,
      purpose text not null check (purpose in ('reset', 'invitation')),
      expires_at timestamptz not null,
      created_at timestamptz not null default now(),
      primary key (tenant_id, token_hash),
      foreign key (tenant_id, user_id) references baton.user on delete cascade
    )`.execute(db);
  await sql`create index mail_token_user on baton.mail_token (tenant_id, user_id)`.execute(db);
  for (const table of ['user', 'session', 'refresh_token', 'mail_token'])
    await guardRows(db, `baton.${table}`);

  await sql`
    create table baton.attempt (
      key text primary key, -- a hash of the account or the address
      count integer not null,
      allowed_at timestamptz not null, -- no attempt before
      forget_at timestamptz not null
    )`.execute(db);
  await sql`create index attempt_forget on baton.attempt (forget_at)`.execute(db);
  await sql.raw(`grant select, insert, update, delete on baton.attempt to ${serviceRole}`).execute(db);
}
