import type { Kysely } from 'kysely';
import type { Schema } from '../db/schema.ts';
import { checkKey, checkNamespace } from './check-name.ts';
import { type Item, itemColumns, type Namespace } from './item.ts';
import { isItem, isLive } from './item-conditions.ts';
import { refreshItems } from './refresh-items.ts';

export interface GetItem {
  namespace: Namespace;
  key: string;
  /** Whether the item's time to live begins anew; it does unless said otherwise. */
  refreshTtl?: boolean | undefined;
}

/** An item, or undefined where there is none. Rejects with a `CallerError` for what cannot be a name. */
export async function getItem(
  db: Kysely<Schema>,
  { namespace, key, refreshTtl = true }: GetItem,
): Promise<Item | undefined> {
  const found = await db
    .selectFrom('baton.store_item')
    .select([...itemColumns, 'item_id', 'ttl_minutes'])
    .where(isItem(checkNamespace(namespace), checkKey(key)))
    .where(isLive)
    .executeTakeFirst();
  if (!found) return undefined;
  const { item_id, ttl_minutes, ...item } = found;
  if (refreshTtl && ttl_minutes !== null) await refreshItems(db, [item_id]);
  return item;
}
