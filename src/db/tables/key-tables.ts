import type { ColumnType, Generated } from 'kysely';
import type { Time } from './column-types.ts';

export interface KeyTables {
  'baton.api_key': ApiKeyTable;
  'baton.revoked_token': RevokedTokenTable;
}

/** API keys. The secret itself is nowhere. */
export interface ApiKeyTable {
  tenant_id: Generated<string>;
  key_id: string;
  name: string;
  role: 'viewer' | 'member' | 'engineer' | 'admin';
  /** Null: all that the role has. */
  scopes: string[] | null;
  /** Null: all. */
  graphs: string[] | null;
  operator: Generated<boolean>;
  /** SHA-256, hex. */
  secret_hash: string;
  /** Of the secret before the last rotation, and until when it is good. */
  previous_hash: ColumnType<string | null, never, string | null>;
  previous_expires_at: ColumnType<Date | null, never, Date | null>;
  expires_at: ColumnType<Date | null, Date | null | undefined, Date | null>;
  /** To the minute. */
  last_used_at: ColumnType<Date | null, never, Date | null>;
  revoked_at: ColumnType<Date | null, never, Date | null>;
  rotated_at: ColumnType<Date | null, never, Date | null>;
  created_by: string;
  created_at: Time;
}

/** Tokens that were taken back before they ran out. */
export interface RevokedTokenTable {
  tenant_id: Generated<string>;
  token_id: string;
  expires_at: Time;
  revoked_by: string;
  revoked_at: Time;
}
