import type { JsonObject } from '../message.ts';
import { digest } from './seal.ts';

/** What a row of the audit says: all of it but its place in the chain. */
export interface Said {
  tenant_id: string;
  at: Date;
  actor_kind: string;
  actor_id: string | null;
  actor_name: string | null;
  actor_role: string | null;
  actor_tenant: string | null;
  address: string | null;
  request_id: string | null;
  action: string;
  target_type: string | null;
  target_id: string | null;
  outcome: string;
  details: JsonObject;
  key_id: string | null;
}

/** The digest of a row, keyed where the row names a key. Undefined when this process does not have that key. */
export function rowDigest(said: Said): string | undefined {
  return digest({ ...said, at: said.at.toISOString() }, said.key_id);
}
