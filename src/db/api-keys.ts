import { type Kysely, type Selectable, sql } from 'kysely';
import { asService, inTenant, type Role } from '../tenancy.ts';
import type { Schema } from './schema.ts';
import type { ApiKeyTable } from './tables/key-tables.ts';

export type ApiKey = Selectable<ApiKeyTable>;

export interface NewKey {
  keyId: string;
  secretHash: string;
  name: string;
  role: Role;
  scopes: readonly string[] | null;
  graphs: readonly string[] | null;
  operator: boolean;
  expiresAt: Date | null;
  createdBy: string;
}

/** Makes a key. A tenant's own work may make none of an operator's. */
export function createKey(db: Kysely<Schema>, tenantId: string, key: NewKey): Promise<ApiKey> {
  const insert = () =>
    db
      .insertInto('baton.api_key')
      .values({
        tenant_id: tenantId,
        key_id: key.keyId,
        secret_hash: key.secretHash,
        name: key.name,
        role: key.role,
        scopes: key.scopes && [...key.scopes],
        graphs: key.graphs && [...key.graphs],
        operator: key.operator,
        expires_at: key.expiresAt,
        created_by: key.createdBy,
      })
      .returningAll()
      .executeTakeFirstOrThrow();
  return as(tenantId, key.operator, insert);
}

/** A page of a tenant's keys, newest first; `before` is the last key of the page before. */
export function listKeys(
  db: Kysely<Schema>,
  { limit, before }: { limit: number; before?: ApiKey | undefined },
): Promise<ApiKey[]> {
  return db
    .selectFrom('baton.api_key')
    .selectAll()
    .$if(before !== undefined, (query) =>
      query.where(sql<boolean>`(created_at, key_id) < (${before?.created_at}, ${before?.key_id})`),
    )
    .orderBy('created_at', 'desc')
    .orderBy('key_id', 'desc')
    .limit(limit)
    .execute();
}

/** A key of the tenant on whose behalf this is asked. */
export function getKey(db: Kysely<Schema>, keyId: string): Promise<ApiKey | undefined> {
  return db.selectFrom('baton.api_key').selectAll().where('key_id', '=', keyId).executeTakeFirst();
}

/** A key, whosever it is: for finding out who asks. */
export function findKey(db: Kysely<Schema>, keyId: string): Promise<ApiKey | undefined> {
  return asService(() => getKey(db, keyId));
}

/** Takes a key back for good. Its secrets are good for nothing from now on. */
export function revokeKey(db: Kysely<Schema>, key: ApiKey): Promise<ApiKey | undefined> {
  return as(key.tenant_id, key.operator, () =>
    db
      .updateTable('baton.api_key')
      .set((eb) => ({ revoked_at: eb.fn.coalesce('revoked_at', eb.fn<Date>('now')) }))
      .where('tenant_id', '=', key.tenant_id)
      .where('key_id', '=', key.key_id)
      .returningAll()
      .executeTakeFirst(),
  );
}

/** Gives a key another secret; the one before is good for `graceSeconds` more. Returns undefined for a key that was revoked. */
export function rotateKey(
  db: Kysely<Schema>,
  key: ApiKey,
  secretHash: string,
  graceSeconds: number,
): Promise<ApiKey | undefined> {
  return as(key.tenant_id, key.operator, () =>
    db
      .updateTable('baton.api_key')
      .set((eb) => ({
        previous_hash: eb.ref('secret_hash'),
        previous_expires_at: sql<Date>`now() + make_interval(secs => ${graceSeconds})`,
        secret_hash: secretHash,
        rotated_at: eb.fn<Date>('now'),
      }))
      .where('tenant_id', '=', key.tenant_id)
      .where('key_id', '=', key.key_id)
      .where('revoked_at', 'is', null)
      .returningAll()
      .executeTakeFirst(),
  );
}

/** Notes that a key is used, once a minute. */
export async function noteUse(db: Kysely<Schema>, key: ApiKey): Promise<void> {
  await asService(() =>
    db
      .updateTable('baton.api_key')
      .set((eb) => ({ last_used_at: eb.fn<Date>('now') }))
      .where('tenant_id', '=', key.tenant_id)
      .where('key_id', '=', key.key_id)
      .where(sql<boolean>`coalesce(last_used_at, '-infinity') < now() - interval '1 minute'`)
      .execute(),
  );
}

/** Operators' keys are the service's to make and change, whichever tenant they are kept with. */
function as<T>(tenantId: string, operator: boolean, act: () => Promise<T>): Promise<T> {
  return operator ? asService(act) : inTenant(tenantId, act);
}
