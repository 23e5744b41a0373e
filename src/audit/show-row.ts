import type { AuditRow } from './read-rows.ts';

/** A row as programs read it: all of it, in the order in which people do. */
export type ShownRow = Omit<AuditRow, 'at'> & { at: string };

export function showRow(row: AuditRow): ShownRow {
  const { tenant_id, seq, at, action, outcome, actor_kind, actor_id, actor_name, actor_role, actor_tenant } =
    row;
  const { target_type, target_id, details, address, request_id, key_id, prev_hash, hash } = row;
  return {
    tenant_id,
    seq,
    at: at.toISOString(),
    action,
    outcome,
    actor_kind,
    actor_id,
    actor_name,
    actor_role,
    actor_tenant,
    target_type,
    target_id,
    details,
    address,
    request_id,
    key_id,
    prev_hash,
    hash,
  };
}
