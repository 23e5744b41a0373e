import type { ColumnType, Generated } from 'kysely';
import type { Time } from './column-types.ts';

export interface ModelKeyTables {
  'baton.model_key': ModelKeyTable;
  'baton.model_pool': ModelPoolTable;
}

/** Keys of model providers. */
export interface ModelKeyTable {
  /** Null: the service's own. */
  tenant_id: ColumnType<string | null, string | null | undefined, never>;
  key_id: ColumnType<string, string, never>;
  name: string;
  provider: ColumnType<string, string, never>;
  base_url: ColumnType<string | null, string | null, never>;
  /** Which it serves; empty: all. */
  models: string[];
  weight: number;
  max_concurrency: number | null;
  requests_per_minute: number | null;
  tokens_per_minute: number | null;
  disabled: Generated<boolean>;
  /** Of the secret, to tell it by; empty where the secret is short. */
  last_four: string;
  /** The secret: see `seal`. Tenants' work cannot read it. */
  sealed: string;
  created_at: Time;
  updated_at: Time;
}

/** Whether a tenant that has keys of its own uses the service's too. */
export interface ModelPoolTable {
  tenant_id: Generated<string>;
  shared: Generated<boolean>;
}
