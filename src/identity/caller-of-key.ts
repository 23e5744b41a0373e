import type { Kysely } from 'kysely';
import { type ApiKey, findKey, noteUse } from '../db/api-keys.ts';
import type { Schema } from '../db/schema.ts';
import type { Logger } from '../log.ts';
import type { Caller } from '../tenancy.ts';
import { isSecretOf, parseKey } from './key-text.ts';

export interface KeyContext {
  db: Kysely<Schema>;
  log: Logger;
}

/** Who asks with a key; undefined for one that is unknown, was revoked or has run out: nobody learns which. */
export async function callerOfKey(context: KeyContext, text: string): Promise<Caller | undefined> {
  const given = parseKey(text);
  const key = given && (await findKey(context.db, given.keyId));
  const good = isGood(key, given?.secret ?? text);
  if (!key || !good) return undefined;
  await noteUseOf(context, key);
  return callerOfRow(key);
}

/** Who asks with a token that a key was exchanged for: the key must still be good. */
export async function callerOfKeyId(db: Kysely<Schema>, keyId: string): Promise<Caller | undefined> {
  const key = await findKey(db, keyId);
  return key && isValid(key) ? callerOfRow(key) : undefined;
}

/** What a key that may still be used lets its caller do. */
export function callerOfRow({ tenant_id, key_id, name, role, graphs, scopes, operator }: ApiKey): Caller {
  return {
    tenant: tenant_id,
    kind: 'key',
    id: key_id,
    name,
    role,
    ...(graphs && { graphs }),
    ...(scopes && { scopes }),
    ...(operator && { operator }),
  };
}

/** Compares in any case, so that an unknown key costs what a wrong secret costs. */
function isGood(key: ApiKey | undefined, secret: string): boolean {
  const isCurrent = isSecretOf(secret, key?.secret_hash ?? nobodys);
  const isPrevious = isSecretOf(secret, key?.previous_hash ?? nobodys);
  if (!key || !isValid(key)) return false;
  const inGrace = key.previous_expires_at !== null && key.previous_expires_at > new Date();
  return isCurrent || (isPrevious && inGrace);
}

function isValid({ revoked_at, expires_at }: ApiKey): boolean {
  return revoked_at === null && (expires_at === null || expires_at > new Date());
}

const nobodys = '0'.repeat(64);

/** To the minute. Who asks does not wait in vain for what is only written down. */
async function noteUseOf({ db, log }: KeyContext, key: ApiKey): Promise<void> {
  if (key.last_used_at && Date.now() - key.last_used_at.getTime() < 60_000) return;
  await noteUse(db, key).catch((error: unknown) =>
    log.warn({ err: error, keyId: key.key_id }, 'the use of a key could not be noted'),
  );
}
