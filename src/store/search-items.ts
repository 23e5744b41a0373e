import { type Kysely, sql } from 'kysely';
import type { Schema } from '../db/schema.ts';
import { CallerError } from '../errors.ts';
import type { JsonObject } from '../message.ts';
import { checkLabels, checkText } from './check-name.ts';
import { embedTexts, type TextEmbedder } from './embed-texts.ts';
import { filterCondition } from './filter-condition.ts';
import { type FoundItem, itemColumns, type Namespace } from './item.ts';
import { all, isLive, isUnder } from './item-conditions.ts';
import { type Hit, nearestItems } from './nearest-items.ts';
import { refreshItems } from './refresh-items.ts';

export interface ItemSearch {
  /** The first labels of the namespaces to search; none for all of them. */
  prefix: Namespace;
  /** What values must be like: see `filterCondition`. */
  filter?: JsonObject | null | undefined;
  /** Finds by meaning, nearest first. Items without a text that was embedded by this model are not found. */
  query?: string | null | undefined;
  limit: number;
  offset: number;
  /** Whether the time to live of what is found begins anew; it does unless said otherwise. */
  refreshTtl?: boolean | undefined;
  signal?: AbortSignal;
}

/** What one answer may hold, as JSON text. */
const mostBytes = 32 * 1024 * 1024;

/** Characters of a query that are looked at: what a request to an embedding model takes. */
const queryCharacters = 8_000;

/**
 * The items under a prefix that pass a filter: with a query the nearest first, otherwise the last written first.
 *
 * Rejects with a `CallerError`: `invalid-request` says what is wrong and where, `too-large` to ask for fewer items,
 * `unavailable` that the query cannot be embedded; and with the signal's reason.
 */
export async function searchItems(
  db: Kysely<Schema>,
  embedder: TextEmbedder,
  search: ItemSearch,
): Promise<FoundItem[]> {
  const hits = await findHits(db, embedder, search);
  const bytes = hits.reduce((sum, hit) => sum + hit.bytes, 0);
  if (bytes > mostBytes) {
    throw new CallerError(
      'too-large',
      `These ${hits.length} items are too large for one answer: lower the limit.`,
    );
  }
  const ids = hits.map(({ item_id }) => item_id);
  const rows = await db
    .selectFrom('baton.store_item')
    .select([...itemColumns, 'item_id', 'ttl_minutes'])
    .where('item_id', '=', sql<number>`any(${ids}::bigint[])`)
    .where(isLive)
    .execute();
  const mortal = rows.filter(({ ttl_minutes }) => ttl_minutes !== null);
  if (search.refreshTtl ?? true)
    await refreshItems(
      db,
      mortal.map(({ item_id }) => item_id),
    );
  const found = new Map(rows.map(({ item_id, ttl_minutes: _, ...item }) => [item_id, item]));
  return hits.flatMap(({ item_id, score }) => {
    const item = found.get(item_id);
    return item ? [{ ...item, score }] : [];
  });
}

async function findHits(
  db: Kysely<Schema>,
  embedder: TextEmbedder,
  { prefix, filter, query, limit, offset, signal }: ItemSearch,
): Promise<Hit[]> {
  const under = isUnder(checkLabels(prefix, 'namespace_prefix'));
  const matches = all([under, isLive, filterCondition(filter ?? {})]);
  if (!query) return latestItems(db, matches, limit, offset);
  const text = checkText(query, 'query').slice(0, queryCharacters).toWellFormed();
  const [vector = []] = await embedTexts(embedder, [text], signal);
  return nearestItems(db, { vector, model: embedder.model, matches, limit, offset });
}

function latestItems(
  db: Kysely<Schema>,
  matches: ReturnType<typeof all>,
  limit: number,
  offset: number,
): Promise<Hit[]> {
  return db
    .selectFrom('baton.store_item')
    .select(['item_id', 'bytes', sql<null>`null`.as('score')])
    .where(matches)
    .orderBy('updated_at', 'desc')
    .orderBy('item_id', 'desc')
    .limit(limit)
    .offset(offset)
    .execute();
}
