import { type Kysely, sql } from 'kysely';
import { serviceRole, tenantRole, tenantSetting } from '../src/db/row-security.ts';

/**
 * Who did what to what, one chain of rows a tenant. Rows are added and read, never changed: who adds one hands in the digest of what
 * it says as `hash`, and the database numbers it and makes the hash a link to the row before. The head says where a chain ends, and
 * its anchor where it begins since rows grew too old to be kept.
 *
 * A row may name a tenant that is gone: what was done outlives whom it was done to. `-` stands for no tenant.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of [...tables, ...functions, ...triggers, ...rights]) {
    await sql.raw(statement).execute(db);
  }
}

const none = '0'.repeat(64);

const tables = [
  `create table baton.audit (
    tenant_id text not null default current_setting('${tenantSetting}') check (tenant_id <> ''),
    seq bigint not null,
    at timestamptz not null,
    actor_kind text not null,
    actor_id text,
    actor_name text,
    actor_role text,
    actor_tenant text, -- where it is another than the row's
    address text,
    request_id text,
    action text not null,
    target_type text,
    target_id text,
    outcome text not null check (outcome in ('ok', 'refused', 'failed')),
    details jsonb not null,
    key_id text, -- of the key that the digest was made with; null: it was made without
    prev_hash text not null,
    hash text not null check (hash ~ '^[0-9a-f]{64}$'),
    primary key (tenant_id, seq)
  )`,
  'create index audit_at on baton.audit (tenant_id, at)',
  'create index audit_action on baton.audit (tenant_id, action, seq)',
  'create index audit_actor on baton.audit (tenant_id, actor_id, seq)',
  'create index audit_target on baton.audit (tenant_id, target_id, seq) where target_id is not null',
  `create table baton.audit_head (
    tenant_id text primary key,
    seq bigint not null default 0,
    hash text not null default '${none}',
    anchor_seq bigint not null default 0,
    anchor_hash text not null default '${none}',
    anchor_key_id text,
    anchor_seal text
  )`,
];

/** They run as the owner of the tables, whatever row-level security says of it. */
const asOwner = 'language plpgsql security definer set search_path = pg_catalog, pg_temp';

const functions = [
  // The row lock on the head makes appends of one tenant follow each other.
  `create function baton.link_audit() returns trigger ${asOwner} as $$
  declare head baton.audit_head;
  begin
    select * into head from baton.audit_head where tenant_id = new.tenant_id for update;
    if not found then
      insert into baton.audit_head (tenant_id) values (new.tenant_id) on conflict do nothing;
      select * into strict head from baton.audit_head where tenant_id = new.tenant_id for update;
    end if;
    new.seq := head.seq + 1;
    new.prev_hash := head.hash;
    new.hash := encode(sha256(convert_to(
      '["' || new.prev_hash || '",' || new.seq || ',"' || new.hash || '"]', 'UTF8')), 'hex');
    update baton.audit_head set seq = new.seq, hash = new.hash where tenant_id = new.tenant_id;
    return new;
  end $$`,

  `create function baton.refuse_audit_change() returns trigger ${asOwner} as $$
  begin
    raise exception 'Rows of the audit are not changed and not taken away.' using errcode = 'insufficient_privilege';
  end $$`,

  `create function baton.check_audit_trim() returns trigger ${asOwner} as $$
  begin
    if exists (
      select from gone where not exists (
        select from baton.audit_head h where h.tenant_id = gone.tenant_id and gone.seq <= h.anchor_seq
      )
    ) then
      raise exception 'Rows of the audit are not taken away, but by baton.trim_audit.'
        using errcode = 'insufficient_privilege';
    end if;
    return null;
  end $$`,

  // Whoever may call it cannot do away with what happened today.
  `create function baton.trim_audit(whose text, up_to bigint, sealed text, sealed_by text) returns bigint ${asOwner} as $$
  declare last text; removed bigint;
  begin
    perform from baton.audit_head where tenant_id = whose for update;
    if exists (
      select from baton.audit where tenant_id = whose and seq <= up_to and at > now() - interval '1 day'
    ) then
      raise exception 'Rows of the audit stay for a day at least.' using errcode = 'insufficient_privilege';
    end if;
    select hash into last from baton.audit where tenant_id = whose and seq = up_to;
    if not found then return 0; end if;
    update baton.audit_head set anchor_seq = up_to, anchor_hash = last, anchor_seal = sealed, anchor_key_id = sealed_by
      where tenant_id = whose;
    delete from baton.audit where tenant_id = whose and seq <= up_to;
    get diagnostics removed = row_count;
    return removed;
  end $$`,
];

const triggers = [
  'create trigger link before insert on baton.audit for each row execute function baton.link_audit()',
  `create trigger keep before update or truncate on baton.audit
    for each statement execute function baton.refuse_audit_change()`,
  `create trigger trim after delete on baton.audit referencing old table as gone
    for each statement execute function baton.check_audit_trim()`,
];

const mine = `tenant_id = current_setting('${tenantSetting}', true)`;

const rights = [
  ...['baton.audit', 'baton.audit_head'].flatMap((table) => [
    `alter table ${table} enable row level security`,
    `alter table ${table} force row level security`,
    `create policy tenant on ${table} to ${tenantRole} using (${mine}) with check (${mine})`,
    `create policy service on ${table} to ${serviceRole} using (true) with check (true)`,
    `create policy keeper on ${table} to current_user using (true) with check (true)`, // for the functions
  ]),
  `grant select, insert on baton.audit to ${tenantRole}, ${serviceRole}`,
  `grant select on baton.audit_head to ${tenantRole}, ${serviceRole}`,
  'revoke all on function baton.trim_audit from public',
  `grant execute on function baton.trim_audit to ${serviceRole}`,
];
