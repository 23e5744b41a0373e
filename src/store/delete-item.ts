import type { Kysely } from 'kysely';
import type { Schema } from '../db/schema.ts';
import { checkKey, checkNamespace } from './check-name.ts';
import type { Namespace } from './item.ts';
import { isItem } from './item-conditions.ts';

/** Deletes an item with its vectors, where there is one. Rejects with a `CallerError` for what cannot be a name. */
export async function deleteItem(db: Kysely<Schema>, namespace: Namespace, key: string): Promise<void> {
  await db
    .deleteFrom('baton.store_item')
    .where(isItem(checkNamespace(namespace), checkKey(key)))
    .execute();
}
