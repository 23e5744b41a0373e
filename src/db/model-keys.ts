import type { Insertable, Kysely, Selectable, Updateable } from 'kysely';
import type { Schema } from './schema.ts';
import type { ModelKeyTable } from './tables/model-key-tables.ts';

export type StoredKey = Selectable<ModelKeyTable>;
/** All but the secret. */
export type ShownKey = Omit<StoredKey, 'sealed'>;

/** Null: the keys of the service, which only its own work reaches. */
type Owner = string | null;

const shown = [
  'tenant_id',
  'key_id',
  'name',
  'provider',
  'base_url',
  'models',
  'weight',
  'max_concurrency',
  'requests_per_minute',
  'tokens_per_minute',
  'disabled',
  'last_four',
  'created_at',
  'updated_at',
] as const;

export function insertModelKey(db: Kysely<Schema>, row: Insertable<ModelKeyTable>): Promise<ShownKey> {
  return db.insertInto('baton.model_key').values(row).returning(shown).executeTakeFirstOrThrow();
}

/** The oldest first. */
export function listModelKeys(db: Kysely<Schema>, owner: Owner): Promise<ShownKey[]> {
  return db
    .selectFrom('baton.model_key')
    .select(shown)
    .where('tenant_id', 'is not distinct from', owner)
    .orderBy('created_at')
    .orderBy('key_id')
    .execute();
}

export function getModelKey(db: Kysely<Schema>, owner: Owner, keyId: string): Promise<ShownKey | undefined> {
  return db
    .selectFrom('baton.model_key')
    .select(shown)
    .where('tenant_id', 'is not distinct from', owner)
    .where('key_id', '=', keyId)
    .executeTakeFirst();
}

/** Returns the key as it is now; undefined where there is none. */
export function updateModelKey(
  db: Kysely<Schema>,
  owner: Owner,
  keyId: string,
  changes: Updateable<ModelKeyTable>,
): Promise<ShownKey | undefined> {
  return db
    .updateTable('baton.model_key')
    .set({ ...changes, updated_at: new Date() })
    .where('tenant_id', 'is not distinct from', owner)
    .where('key_id', '=', keyId)
    .returning(shown)
    .executeTakeFirst();
}

/** Returns whether there was one. */
export async function deleteModelKey(db: Kysely<Schema>, owner: Owner, keyId: string): Promise<boolean> {
  const { numDeletedRows } = await db
    .deleteFrom('baton.model_key')
    .where('tenant_id', 'is not distinct from', owner)
    .where('key_id', '=', keyId)
    .executeTakeFirst();
  return numDeletedRows > 0;
}

/** With their secrets: for the service's own work. */
export function readSealedKeys(db: Kysely<Schema>, owner: Owner): Promise<StoredKey[]> {
  return db
    .selectFrom('baton.model_key')
    .selectAll()
    .where('tenant_id', 'is not distinct from', owner)
    .orderBy('created_at')
    .orderBy('key_id')
    .execute();
}

/** Whether a tenant that has keys of its own uses the service's too. */
export async function usesSharedKeys(db: Kysely<Schema>, tenant: string): Promise<boolean> {
  const row = await db
    .selectFrom('baton.model_pool')
    .select('shared')
    .where('tenant_id', '=', tenant)
    .executeTakeFirst();
  return row?.shared ?? false;
}

export async function setUsesSharedKeys(db: Kysely<Schema>, tenant: string, shared: boolean): Promise<void> {
  await db
    .insertInto('baton.model_pool')
    .values({ tenant_id: tenant, shared })
    .onConflict((conflict) => conflict.column('tenant_id').doUpdateSet({ shared }))
    .execute();
}
