import type { ColumnType, Generated, JSONColumnType } from 'kysely';
import type { JsonObject } from '../../message.ts';

export interface AuditTables {
  'baton.audit': AuditTable;
  'baton.audit_head': AuditHeadTable;
}

/** Who did what to what: see `migrations/0016-audit.ts`. Added and read, never changed. */
export interface AuditTable {
  /** `-` stands for no tenant. */
  tenant_id: Generated<string>;
  /** Counts up from 1 in a tenant, without gaps; the database sets it. */
  seq: ColumnType<number, never, never>;
  at: ColumnType<Date, Date, never>;
  actor_kind: string;
  actor_id: string | null;
  actor_name: string | null;
  actor_role: string | null;
  /** The actor's own, where it is another than the row's. */
  actor_tenant: string | null;
  address: string | null;
  request_id: string | null;
  /** Noun and verb: `key-create`. */
  action: string;
  target_type: string | null;
  target_id: string | null;
  outcome: 'ok' | 'refused' | 'failed';
  details: JSONColumnType<JsonObject, string, never>;
  /** Of the key that the digest was made with; null: it was made without. */
  key_id: string | null;
  prev_hash: ColumnType<string, never, never>;
  /** Handed in: the digest of the row. Kept: the hash that links it to the row before. */
  hash: string;
}

/** Where a tenant's chain ends, and where it begins: the last row that was taken away. */
export interface AuditHeadTable {
  tenant_id: string;
  seq: ColumnType<number, never, never>;
  hash: ColumnType<string, never, never>;
  anchor_seq: ColumnType<number, never, never>;
  anchor_hash: ColumnType<string, never, never>;
  anchor_key_id: ColumnType<string | null, never, never>;
  anchor_seal: ColumnType<string | null, never, never>;
}
