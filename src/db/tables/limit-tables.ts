import type { Generated } from 'kysely';
import type { Time } from './column-types.ts';

export interface LimitTables {
  'baton.limit_count': LimitCountTable;
  'baton.limit_override': LimitOverrideTable;
}

/** What was counted against limits: see `migrations/0013-limits.ts`. The service's alone. */
export interface LimitCountTable {
  key: string;
  slice: Generated<number>;
  counts: Generated<number[]>;
  expires_at: Generated<Date>;
}

/** Limits that a tenant, or one of its keys, has of its own. */
export interface LimitOverrideTable {
  tenant_id: Generated<string>;
  /** Empty: all of the tenant. */
  key_id: string;
  rule: string;
  /** Null: no limit. */
  quota: number | null;
  /** Null: so many at once. */
  window_ms: number | null;
  created_at: Time;
}
