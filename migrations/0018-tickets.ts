import { type Kysely, sql } from 'kysely';
import { makeRole } from '../src/db/make-role.ts';
import { guardRows, tenantColumn, tenantRole } from '../src/db/row-security.ts';

/**
 * Tickets, with which an agent hands a thread to a person; and what the support desk's SQL may read of a tenant's own account.
 *
 * The views of `account` belong to a role that has the rights of a tenant's work and is under its row-level security: they show what the
 * tenant of the transaction has, and of the graphs that it may see. Who reads them needs no right on a table.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  const run = (statement: string) => sql.raw(statement).execute(db);
  for (const table of tables) await table.execute(db);
  await guardRows(db, 'baton.ticket');
  await run(`create policy graphs_all on baton.ticket as restrictive for all to ${tenantRole}
    using (exists (select from baton.thread t where t.tenant_id = ticket.tenant_id and t.thread_id = ticket.thread_id))`);

  await makeRole(db, viewOwner);
  await letViewsSee(db);
  await run('create schema account');
  await run(`grant usage, create on schema account to ${viewOwner}`);
  for (const [name, query] of Object.entries(views)) {
    await run(`create view account.${name} with (security_barrier) as ${query}`);
    await run(`alter view account.${name} owner to ${viewOwner}`);
  }
  await run(`set local role ${viewOwner}`);
  for (const name of Object.keys(views))
    await run(`grant select on account.${name} to session_user with grant option`); // who makes the reader need be no superuser
  await run('reset role');
  await run(`revoke create on schema account from ${viewOwner}`);
}

const viewOwner = 'baton_account';

/** Roles belong to the whole server: another database, or somebody who may do more, may have said so before. */
async function letViewsSee(db: Kysely<unknown>): Promise<void> {
  const { rows } = await sql<{ sees: boolean }>`
    select pg_has_role(${viewOwner}, ${tenantRole}, 'usage') as sees`.execute(db);
  if (!rows[0]?.sees)
    await sql.raw(`grant ${tenantRole} to ${viewOwner} with inherit true, set false`).execute(db);
}

const tables = [
  // One open at a time: a thread is in a person's hands once.
  sql`create table baton.ticket (
    ${tenantColumn},
    ticket_id uuid not null default gen_random_uuid(),
    thread_id uuid not null,
    run_id uuid not null,
    agent text not null,
    summary text not null,
    urgency text not null check (urgency in ('low', 'normal', 'high')),
    contact text,
    status text not null default 'open' check (status in ('open', 'answered', 'closed')),
    answer text,
    answered_by text,
    created_at timestamptz not null default now(),
    answered_at timestamptz,
    closed_at timestamptz,
    primary key (tenant_id, ticket_id),
    foreign key (tenant_id, thread_id) references baton.thread on delete cascade,
    check ((status <> 'answered') or (answer is not null and answered_at is not null))
  )`,
  sql`create unique index ticket_open on baton.ticket (tenant_id, thread_id) where status = 'open'`,
  sql`create index ticket_created on baton.ticket (tenant_id, created_at desc, ticket_id desc)`,
  sql`create index ticket_thread on baton.ticket (tenant_id, thread_id)`,
  // The role, scopes and graphs of who asked, as they were then. Null: nobody in particular.
  sql`alter table baton.run add column asker json`,
];

/** A setting that says what the asker may see: see src/account/asker-settings.ts. Without it, nothing. */
const said = (setting: string) => `nullif(current_setting('baton.asker_${setting}', true), '')`;
const mine = `(${said('usage')} = 'all' or user_id = ${said('user')} or api_key_id = ${said('key')})`;
const manages = `${said('manages')} = 'yes'`;
const dollars = (column: string) => `(${column}::numeric / 1000000000)`;

const views: Record<string, string> = {
  thread: `select thread_id, graph, status, created_at, updated_at, expires_at from baton.thread`,
  run: `select run_id, thread_id, graph, status, created_at, started_at, ended_at,
      extract(epoch from ended_at - started_at)::numeric(12, 3) as seconds, attempt
    from baton.run`,
  collection: `select collection as name, description, chunks, created_at, updated_at from baton.collection`,
  document: `select d.document_id, c.collection, d.key, coalesce(d.title, d.name, d.key) as title, d.url, d.tags, d.publish,
      coalesce(w.status, 'ready') as status, v.chunks, v.pages, v.bytes, v.language, d.created_at, d.updated_at
    from baton.document d
      join baton.collection c on c.tenant_id = d.tenant_id and c.collection_no = d.collection_no
      left join baton.document_version v
        on v.tenant_id = d.tenant_id and v.document_id = d.document_id and v.version = d.serving
      left join baton.document_version w
        on w.tenant_id = d.tenant_id and w.document_id = d.document_id and w.version = d.making`,
  spend: `select started_at, kind, graph, agent, role, provider, model, user_id, api_key_id, input_tokens, output_tokens,
      ${dollars('cost_nano')} as cost_usd, outcome, milliseconds
    from baton.model_call where ${mine}`,
  ticket: `select ticket_id, thread_id, agent, urgency, status, created_at, answered_at, closed_at from baton.ticket`,
  budget: `select budget_id, scope, subject, period, unit, case unit when 'usd' then ${dollars('most')} else most end as most,
      alerts, created_at, updated_at
    from baton.budget where ${manages}`,
  budget_use: `select u.budget_id, u.who, u.begins,
      case b.unit when 'usd' then ${dollars('u.spent')} else u.spent end as spent,
      case b.unit when 'usd' then ${dollars('u.reserved')} else u.reserved end as reserved
    from baton.budget_use u join baton.budget b on b.tenant_id = u.tenant_id and b.budget_id = u.budget_id where ${manages}`,
  api_key: `select key_id, name, role, scopes, graphs, created_at, last_used_at, expires_at, revoked_at
    from baton.api_key where ${manages}`,
  person: `select user_id, name, role, status, last_login_at, created_at from baton.user where ${manages}`,
};
