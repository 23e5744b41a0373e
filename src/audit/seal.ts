import { createHash, createHmac } from 'node:crypto';
import type { Json } from '../message.ts';
import { canonicalJson } from './canonical-json.ts';

/** The first seals; all of them verify. */
let keys: { id: string; key: string }[] = [];

/**
 * Says with which keys this process seals rows of the audit, the newest first; without any, rows are hashed only: then whoever can
 * rewrite the whole database can write a whole new chain.
 */
export function sealWith(secrets: readonly string[]): void {
  keys = secrets.map((key) => ({ id: keyId(key), key }));
}

/** The id of the key that seals now; null where none does. */
export function sealingKey(): string | null {
  return keys[0]?.id ?? null;
}

/**
 * SHA-256 over the canonical JSON of a value, or HMAC-SHA-256 under the named key, in hexadecimal. Undefined when this process does
 * not have the key.
 */
export function digest(value: Json, id: string | null): string | undefined {
  const text = canonicalJson(value);
  if (id === null) return createHash('sha256').update(text).digest('hex');
  const key = keys.find((known) => known.id === id);
  return key && createHmac('sha256', key.key).update(text).digest('hex');
}

/** The hash of a row: what the database computes when the row is added. */
export function link(previous: string, seq: number, rowDigest: string): string {
  return createHash('sha256')
    .update(canonicalJson([previous, seq, rowDigest]))
    .digest('hex');
}

/** Tells keys apart and says nothing about them. */
function keyId(key: string): string {
  return createHmac('sha256', key).update('baton audit key').digest('hex').slice(0, 8);
}
