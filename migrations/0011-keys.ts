import { type Kysely, sql } from 'kysely';
import { graphsSetting, guardRows, tenantColumn, tenantRole } from '../src/db/row-security.ts';

/**
 * API keys, of which only a hash is kept, and tokens that were taken back before they ran out.
 *
 * Work of a tenant makes and changes its own keys, and none of an operator's: such a key reaches beyond its tenant.
 *
 * Who is held to some graphs sees no thread, run, event, assistant or cron of the others, by whatever door.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  const run = (statement: string) => sql.raw(statement).execute(db);
  await sql`
    create table baton.api_key (
      ${tenantColumn},
      key_id text not null unique,
      name text not null,
      role text not null check (role in ('viewer', 'member', 'engineer', 'admin')),
      scopes text[], -- null: all that the role has
      graphs text[], -- null: all
      operator boolean not null default false,
      secret_hash text not null, -- SHA-256, hex
      previous_hash text, -- the secret before the last rotation
      previous_expires_at timestamptz,
      expires_at timestamptz,
      last_used_at timestamptz,
      revoked_at timestamptz,
      rotated_at timestamptz,
      created_by text not null,
      created_at timestamptz not null default now(),
      primary key (tenant_id, key_id)
    )`.execute(db);
  await guardRows(db, 'baton.api_key', 'select, insert, update');
  await run(`create policy no_operator on baton.api_key as restrictive for insert to ${tenantRole}
    with check (not operator)`);
  await run(`create policy not_operators on baton.api_key as restrictive for update to ${tenantRole}
    using (not operator) with check (not operator)`);

  await sql`
    create table baton.revoked_token (
      ${tenantColumn},
      token_id text not null, -- of what names it for good: see token-id.ts
      expires_at timestamptz not null, -- when nobody needs to know any more
      revoked_by text not null,
      revoked_at timestamptz not null default now(),
      primary key (tenant_id, token_id)
    )`.execute(db);
  await guardRows(db, 'baton.revoked_token', 'select, insert, delete');

  for (const [table, command, seen] of ofGraphs) {
    await run(`create policy graphs_${command} on baton.${table} as restrictive for ${command} to ${tenantRole}
      using (${graphs} is null or ${seen})${command === 'update' ? ' with check (true)' : ''}`);
  }
}

const graphs = `nullif(current_setting('${graphsSetting}', true), '')`;
const among = (name: string) => `jsonb_exists(${graphs}::jsonb, ${name})`;
/** In a policy, a subquery sees what the policies of its own table let it see. */
const ofThread = `exists (select from baton.thread t where t.tenant_id = event.tenant_id and t.thread_id = event.thread_id)`;
const ofVersion = (table: string, version = '') =>
  `exists (select from baton.assistant_version v
    where v.tenant_id = ${table}.tenant_id and v.assistant_id = ${table}.assistant_id ${version})`;
const ofCurrent = ofVersion('assistant', 'and v.version = assistant.version');

const ofGraphs = [
  ['thread', 'all', `graph is null or ${among('graph')}`],
  ['run', 'all', among('graph')],
  ['event', 'select', ofThread],
  ['assistant_version', 'all', among('graph')],
  ['assistant', 'update', ofCurrent],
  ['assistant', 'delete', ofCurrent],
  ['cron', 'all', `${among('assistant_id::text')} or ${ofVersion('cron')}`],
] as const;
