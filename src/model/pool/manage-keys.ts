import { randomBytes } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { SecretKey } from '../../config/secrets.ts';
import {
  deleteModelKey,
  getModelKey,
  insertModelKey,
  listModelKeys,
  type ShownKey,
  updateModelKey,
} from '../../db/model-keys.ts';
import type { Schema } from '../../db/schema.ts';
import { CallerError } from '../../errors.ts';
import { seal } from '../../secrets/seal.ts';
import { SecretError } from '../../secrets/secret-error.ts';
import { asService } from '../../tenancy.ts';
import { checkKey } from './check-key.ts';
import type { KeyLimits } from './model-key.ts';
import { placeOfSecret } from './stored-keys.ts';

/** Where keys are kept, and under what they are sealed. */
export interface KeyRing {
  db: Kysely<Schema>;
  secretKeys: readonly SecretKey[];
  /** What base URLs of the service's keys may lead to beside public addresses. */
  allow: readonly string[];
  /** What this process read of an owner's keys is out of date. */
  forget?: (owner: string | null) => void;
}

export interface NewKey extends KeyLimits {
  name: string;
  provider: string;
  secret: string;
  baseUrl?: string | undefined;
}

export type KeyChanges = Partial<KeyLimits & { name: string; disabled: boolean }>;

const mostKeys = 50;

/**
 * Adds a key: the caller's tenant's, or the service's where `owner` is null. Throws a `CallerError` when it cannot be used or kept.
 *
 * Here and below a tenant's keys are only reached by work of that tenant.
 */
export async function addKey(ring: KeyRing, owner: string | null, key: NewKey): Promise<ShownKey> {
  checkKey(key, owner === null ? ring.allow : undefined);
  const keyId = `mk_${randomBytes(8).toString('hex')}`;
  const row = {
    tenant_id: owner,
    key_id: keyId,
    provider: key.provider,
    base_url: key.baseUrl ?? null,
    name: key.name,
    weight: key.weight,
    max_concurrency: key.maxConcurrency,
    requests_per_minute: key.requestsPerMinute,
    tokens_per_minute: key.tokensPerMinute,
    models: [...key.models],
    ...sealed(ring, owner, keyId, key.secret),
  };
  return change(ring, owner, async () => {
    const { length } = await listModelKeys(ring.db, owner);
    if (length >= mostKeys)
      throw new CallerError('conflict', `There are ${mostKeys} keys, and no more may be.`);
    return insertModelKey(ring.db, row);
  });
}

/** The oldest first. */
export function listKeys({ db }: KeyRing, owner: string | null): Promise<ShownKey[]> {
  return workOf(owner, () => listModelKeys(db, owner));
}

/** Throws a `CallerError` when there is no such key; so do those below. */
export async function findKey({ db }: KeyRing, owner: string | null, keyId: string): Promise<ShownKey> {
  return found(keyId, await workOf(owner, () => getModelKey(db, owner, keyId)));
}

/** Provider and base URL stay: a secret is sent where it was given for. */
export async function changeKey(
  ring: KeyRing,
  owner: string | null,
  keyId: string,
  changes: KeyChanges,
): Promise<ShownKey> {
  const columns = toColumns(changes);
  return found(keyId, await change(ring, owner, () => updateModelKey(ring.db, owner, keyId, columns)));
}

export async function replaceSecret(
  ring: KeyRing,
  owner: string | null,
  keyId: string,
  secret: string,
): Promise<ShownKey> {
  const columns = sealed(ring, owner, keyId, secret);
  return found(keyId, await change(ring, owner, () => updateModelKey(ring.db, owner, keyId, columns)));
}

export async function removeKey(ring: KeyRing, owner: string | null, keyId: string): Promise<void> {
  const removed = await change(ring, owner, () => deleteModelKey(ring.db, owner, keyId));
  found(keyId, removed || undefined);
}

function workOf<Result>(owner: string | null, act: () => Result): Result {
  return owner === null ? asService(act) : act();
}

async function change<Result>(
  { forget }: KeyRing,
  owner: string | null,
  act: () => Promise<Result>,
): Promise<Result> {
  const result = await workOf(owner, act);
  forget?.(owner);
  return result;
}

function found<Result>(keyId: string, result: Result | undefined): Result {
  if (result === undefined) throw new CallerError('not-found', `No model key ${keyId}.`);
  return result;
}

function toColumns(changes: KeyChanges) {
  const { maxConcurrency, requestsPerMinute, tokensPerMinute, models, ...same } = changes;
  const { name, weight, disabled } = same;
  return {
    ...(name !== undefined && { name }),
    ...(weight !== undefined && { weight }),
    ...(disabled !== undefined && { disabled }),
    ...(maxConcurrency !== undefined && { max_concurrency: maxConcurrency }),
    ...(requestsPerMinute !== undefined && { requests_per_minute: requestsPerMinute }),
    ...(tokensPerMinute !== undefined && { tokens_per_minute: tokensPerMinute }),
    ...(models !== undefined && { models: [...models] }),
  };
}

/** From this length on four characters say nothing about the others. */
const longEnough = 16;

function sealed({ secretKeys }: KeyRing, owner: string | null, keyId: string, secret: string) {
  try {
    return {
      sealed: seal(secret, placeOfSecret(owner, keyId), secretKeys),
      last_four: secret.length >= longEnough ? secret.slice(-4) : '',
    };
  } catch (error) {
    if (error instanceof SecretError) throw new CallerError('unprocessable', error.message, { cause: error });
    throw error;
  }
}
