import type { Kysely } from 'kysely';
import { type ApiKey, createKey, revokeKey, rotateKey } from '../db/api-keys.ts';
import type { Schema } from '../db/schema.ts';
import { CallerError } from '../errors.ts';
import type { Caller } from '../tenancy.ts';
import { covers, type Grant } from './covers.ts';
import { formatKey, hashSecret, newKeyId, newSecret } from './key-text.ts';
import { forgetCallers } from './memory.ts';

export interface KeyRequest extends Grant {
  name: string;
  expiresAt?: Date | undefined;
}

/** A key and, this one time, its text. */
export interface MadeKey {
  key: ApiKey;
  text: string;
}

/** Whoever works where the service runs, and may do anything there. */
export type Maker = Caller | 'command';

/**
 * Makes a key of a tenant. Who is held to graphs or scopes gives a key the same where it asks for none.
 *
 * Throws a `CallerError` (`forbidden`) when the key would reach further than whoever makes it.
 */
export async function makeKey(
  db: Kysely<Schema>,
  by: Maker,
  tenantId: string,
  request: KeyRequest,
): Promise<MadeKey> {
  const { graphs, scopes } = by === 'command' ? {} : by;
  const grant = { ...request, graphs: request.graphs ?? graphs, scopes: request.scopes ?? scopes };
  assertCovers(by, grant);
  const text = { keyId: newKeyId(), secret: newSecret() };
  const key = await createKey(db, tenantId, {
    keyId: text.keyId,
    secretHash: hashSecret(text.secret),
    name: request.name,
    role: request.role,
    scopes: grant.scopes ?? null,
    graphs: grant.graphs ?? null,
    operator: request.operator ?? false,
    expiresAt: request.expiresAt ?? null,
    createdBy: nameOf(by),
  });
  forgetCallers(db);
  return { key, text: formatKey(text) };
}

/**
 * Takes a key back: at once in this process, within `memoryMs` in the others. Throws a `CallerError` (`forbidden`) when the key reaches
 * further than whoever asks.
 */
export async function takeBackKey(db: Kysely<Schema>, by: Maker, key: ApiKey): Promise<ApiKey> {
  assertCovers(by, key);
  const revoked = await revokeKey(db, key);
  forgetCallers(db);
  return revoked ?? key;
}

/**
 * Gives a key another secret; the one it had is good for `graceSeconds` more. Throws a `CallerError`: `forbidden` when the key reaches
 * further than whoever asks, who would get all that it may do; `conflict` for a key that was revoked.
 */
export async function renewKey(
  db: Kysely<Schema>,
  by: Maker,
  key: ApiKey,
  graceSeconds: number,
): Promise<MadeKey> {
  assertCovers(by, key);
  const secret = newSecret();
  const renewed = await rotateKey(db, key, hashSecret(secret), graceSeconds);
  if (!renewed) throw new CallerError('conflict', `The key ${key.key_id} was revoked.`);
  forgetCallers(db);
  return { key: renewed, text: formatKey({ keyId: key.key_id, secret }) };
}

/** How the row of a key says who made it. */
function nameOf(by: Maker): string {
  return by === 'command' ? by : `${by.kind}:${by.id}`;
}

function assertCovers(by: Maker, grant: Grant): void {
  if (by === 'command' || covers(by, grant)) return;
  throw new CallerError('forbidden', 'A key that reaches further than yours is not yours to make or change.');
}
