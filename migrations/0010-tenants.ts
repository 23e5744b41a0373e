import { type Kysely, sql } from 'kysely';
import { makeRole } from '../src/db/make-role.ts';
import { guardRows, serviceRole, tenantRole, tenantSetting } from '../src/db/row-security.ts';
import { localTenant } from '../src/tenancy.ts';

/**
 * Tenants, and whose each row is. What was there before belongs to the local tenant.
 *
 * The tenant is part of every key that a client may choose, so that two tenants may use the same one and neither learns of
 * the other's; what belongs to a thread belongs to a thread of its own tenant.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  const run = (statement: string) => sql.raw(statement).execute(db);
  await makeRole(db, tenantRole);
  await makeRole(db, serviceRole);
  await run(`grant usage on schema baton to ${tenantRole}, ${serviceRole}`);
  await run(`
    create table baton.tenant (
      tenant_id text primary key check (tenant_id ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
      name text not null,
      suspended_at timestamptz, -- it keeps its rows, and may do nothing
      created_at timestamptz not null default now()
    )`);
  await run(`insert into baton.tenant (tenant_id, name) values ('${localTenant}', 'This service')`);
  await guardRows(db, 'baton.tenant', 'select');

  for (const table of owned) {
    await run(`alter table baton.${table} add column tenant_id text not null default '${localTenant}'`);
    await run(
      `alter table baton.${table} alter column tenant_id set default current_setting('${tenantSetting}')`,
    );
  }
  for (const statement of rekey) await run(statement);
  for (const table of owned) await guardRows(db, `baton.${table}`);
  await run(`grant select, insert on baton.graph_version to ${tenantRole}, ${serviceRole}`);
  for (const schema of ['films', 'public']) await openToTools(run, schema);
  await run(`alter table baton.run add column user_id text, add column key_id text`);
}

/** What tools' own code reads and writes: the shop, and tables that people make for tools of theirs. Models reach none of it by this. */
async function openToTools(run: (statement: string) => Promise<unknown>, schema: string): Promise<void> {
  const rights = 'select, insert, update, delete';
  await run(`grant usage on schema ${schema} to ${tenantRole}, ${serviceRole}`);
  await run(`grant ${rights} on all tables in schema ${schema} to ${tenantRole}`);
  await run(`grant usage on all sequences in schema ${schema} to ${tenantRole}`);
  await run(`alter default privileges in schema ${schema} grant ${rights} on tables to ${tenantRole}`);
  await run(`alter default privileges in schema ${schema} grant usage on sequences to ${tenantRole}`);
}

const owned = [
  'thread',
  'run',
  'event',
  'call_record',
  'idempotency_key',
  'checkpoint',
  'checkpoint_value',
  'checkpoint_write',
  'assistant',
  'assistant_version',
  'store_item',
  'store_vector',
  'cron',
];

const toTenant = 'foreign key (tenant_id) references baton.tenant on delete cascade';
const toThread = 'foreign key (tenant_id, thread_id) references baton.thread on delete cascade';

const rekey = [
  // what other keys lead to goes first
  'alter table baton.run drop constraint run_thread_id_fkey',
  'alter table baton.event drop constraint event_thread_id_fkey, drop constraint event_pkey',
  'alter table baton.call_record drop constraint call_record_thread_id_fkey, drop constraint call_record_pkey',
  'alter table baton.cron drop constraint cron_thread_id_fkey, drop constraint cron_pkey',
  'alter table baton.thread drop constraint thread_pkey',
  `alter table baton.thread add primary key (tenant_id, thread_id), add ${toTenant}`,
  `alter table baton.run add ${toThread}`,
  `alter table baton.event add primary key (tenant_id, thread_id, seq), add ${toThread}`,
  `alter table baton.call_record add primary key (tenant_id, thread_id, call_key), add ${toThread}`,
  `alter table baton.cron add primary key (tenant_id, cron_id), add ${toTenant}, add ${toThread}`,
  'drop index baton.run_thread, baton.run_one_running',
  'create index run_thread on baton.run (tenant_id, thread_id, created_at)',
  `create unique index run_one_running on baton.run (tenant_id, thread_id) where status = 'running'`,
  'drop index baton.thread_updated, baton.thread_state_updated, baton.cron_thread, baton.cron_assistant, baton.cron_created',
  'create index thread_updated on baton.thread (tenant_id, updated_at desc)',
  'create index thread_state_updated on baton.thread (tenant_id, state_updated_at desc)',
  'create index cron_thread on baton.cron (tenant_id, thread_id) where thread_id is not null',
  'create index cron_assistant on baton.cron (tenant_id, assistant_id)',
  'create index cron_created on baton.cron (tenant_id, created_at desc)',

  'alter table baton.idempotency_key drop constraint idempotency_key_pkey',
  `alter table baton.idempotency_key add primary key (tenant_id, scope, key), add ${toTenant}`,

  'alter table baton.checkpoint drop constraint checkpoint_pkey',
  `alter table baton.checkpoint add primary key (tenant_id, thread_id, checkpoint_ns, checkpoint_id), add ${toTenant}`,
  'drop index baton.checkpoint_latest',
  'create unique index checkpoint_latest on baton.checkpoint (tenant_id, thread_id, checkpoint_ns, seq)',
  'alter table baton.checkpoint_value drop constraint checkpoint_value_pkey',
  'alter table baton.checkpoint_value add primary key (tenant_id, thread_id, checkpoint_ns, channel, version)',
  'drop index baton.checkpoint_value_chain',
  `create unique index checkpoint_value_chain
    on baton.checkpoint_value (tenant_id, thread_id, checkpoint_ns, channel, chain, chain_start)
    where chain_end > chain_start`,
  'alter table baton.checkpoint_write drop constraint checkpoint_write_pkey',
  `alter table baton.checkpoint_write
    add primary key (tenant_id, thread_id, checkpoint_ns, checkpoint_id, task_id, idx)`,

  'alter table baton.assistant drop constraint assistant_current',
  'alter table baton.assistant_version drop constraint assistant_version_assistant_id_fkey, drop constraint assistant_version_pkey',
  'alter table baton.assistant drop constraint assistant_pkey',
  `alter table baton.assistant add primary key (tenant_id, assistant_id), add ${toTenant}`,
  `alter table baton.assistant_version add primary key (tenant_id, assistant_id, version),
    add foreign key (tenant_id, assistant_id) references baton.assistant on delete cascade`,
  `alter table baton.assistant add constraint assistant_current
    foreign key (tenant_id, assistant_id, version) references baton.assistant_version
    deferrable initially deferred`,
  // they would come after the policy, where no index helps any more
  'drop index baton.thread_metadata, baton.cron_metadata, baton.assistant_metadata',

  'drop index baton.assistant_graph',
  'create index assistant_graph on baton.assistant_version (tenant_id, graph)',

  'alter table baton.store_item drop constraint store_item_namespace_key_key',
  // a comparison of arrays may not come before the policy, one of texts may: only that one can use an index
  `create function baton.place_of(namespace text[]) returns text language sql immutable parallel safe
    return array_to_string(namespace, '.') || '.'`,
  'alter table baton.store_item add column place text collate "C" generated always as (baton.place_of(namespace)) stored',
  `alter table baton.store_item add unique (tenant_id, place, key), add unique (tenant_id, item_id), add ${toTenant}`,
  'alter table baton.store_vector drop constraint store_vector_item_id_fkey',
  `alter table baton.store_vector
    add foreign key (tenant_id, item_id) references baton.store_item (tenant_id, item_id) on delete cascade`,
];
