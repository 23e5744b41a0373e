import { type RawBuilder, sql } from 'kysely';
import type { Said } from './row-digest.ts';

/** A row as it is handed in: what it says, and the digest of that. */
export interface NewRow extends Said {
  hash: string;
}

/** Adds rows in their order, and answers their numbers in it. One text, however many they are: it is prepared once. */
export function insertRows(rows: readonly NewRow[]): RawBuilder<{ seq: number }> {
  return sql<{ seq: number }>`
    insert into baton.audit (tenant_id, at, actor_kind, actor_id, actor_name, actor_role, actor_tenant, address, request_id, action,
      target_type, target_id, outcome, details, key_id, hash)
    select tenant_id, at, actor_kind, actor_id, actor_name, actor_role, actor_tenant, address, request_id, action,
      target_type, target_id, outcome, details, key_id, hash
    from rows from (json_to_recordset(${JSON.stringify(rows)}::json) as (tenant_id text, at timestamptz, actor_kind text, actor_id text,
      actor_name text, actor_role text, actor_tenant text, address text, request_id text, action text, target_type text,
      target_id text, outcome text, details jsonb, key_id text, hash text)) with ordinality as said
    order by said.ordinality
    returning seq`;
}
