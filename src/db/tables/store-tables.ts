import type { ColumnType, Generated } from 'kysely';
import type { JsonObject } from '../../message.ts';
import type { Jsonb, Time } from './column-types.ts';

export interface StoreTables {
  'baton.store_item': StoreItemTable;
  'baton.store_vector': StoreVectorTable;
}

/** What is remembered beyond threads. */
export interface StoreItemTable {
  tenant_id: Generated<string>;
  item_id: Generated<number>;
  namespace: string[];
  /** The labels of the namespace, each with a dot behind it. */
  place: ColumnType<string, never, never>;
  key: string;
  value: Jsonb<JsonObject>;
  /** Of the value, as JSON text. */
  bytes: number;
  /** The paths of the fields that are embedded; null for the whole value. */
  fields: string[] | null;
  ttl_minutes: number | null;
  expires_at: ColumnType<Date | null, Date | null, Date | null>;
  created_at: Time;
  updated_at: Time;
}

/** Vectors of an item's texts, one a field and embedding model. */
export interface StoreVectorTable {
  tenant_id: Generated<string>;
  item_id: number;
  model: string;
  field: string;
  embedding: string;
}
