import { type Kysely, sql } from 'kysely';
import type { Schema } from '../db/schema.ts';
import type { JsonObject } from '../message.ts';
import { asService, inTenant } from '../tenancy.ts';
import { embedTexts, type TextEmbedder } from './embed-texts.ts';
import { isLive } from './item-conditions.ts';
import { insertVectors } from './put-item.ts';
import { textsOf } from './texts-of.ts';
import { ensureVectorIndex } from './vector-index.ts';

export interface EmbedOptions {
  /** Items in one request to the embedder. */
  batch?: number;
  signal?: AbortSignal;
}

/**
 * Embeds the items that have no vector of the embedder's model, as after a change of the model, and tells how many
 * those were. Vectors of other models stay until an item is written again, so that going back costs nothing.
 *
 * Several processes may do it at once. Stops between two batches when the signal says so. Rejects with a
 * `CallerError` `unavailable` when texts cannot be embedded; what was done by then is kept.
 */
export async function embedItems(
  db: Kysely<Schema>,
  embedder: TextEmbedder,
  { batch = 50, signal }: EmbedOptions = {},
): Promise<number> {
  for (let embedded = 0, after = 0; ; ) {
    const items = await asService(() => itemsToEmbed(db, embedder.model, after, batch));
    const last = items.at(-1);
    if (!last || signal?.aborted) return embedded;
    for (const [tenant, own] of Map.groupBy(items, (item) => item.tenant_id))
      embedded += await inTenant(tenant, () => embedBatch(db, embedder, own, signal)); // who has them pays for it
    after = last.item_id;
  }
}

interface Unembedded {
  tenant_id: string;
  item_id: number;
  /** When it was written, to the microsecond. */
  written: string;
  value: JsonObject;
  fields: string[] | null;
}

async function itemsToEmbed(
  db: Kysely<Schema>,
  model: string,
  after: number,
  limit: number,
): Promise<Unembedded[]> {
  const { rows } = await sql<Unembedded>`
    select tenant_id, item_id, updated_at::text as written, value, fields from baton.store_item
    where item_id > ${after} and fields is distinct from '{}' and ${isLive}
      and not exists (
        select from baton.store_vector as made where made.item_id = store_item.item_id and made.model = ${model})
    order by item_id limit ${limit}`.execute(db);
  return rows;
}

async function embedBatch(
  db: Kysely<Schema>,
  embedder: TextEmbedder,
  items: Unembedded[],
  signal: AbortSignal | undefined,
): Promise<number> {
  const texts = items.map(({ value, fields }) => textsOf(value, fields ?? undefined));
  const vectors = await embedTexts(
    embedder,
    texts.flat().map(({ text }) => text),
    signal,
  );
  if (!vectors[0]) return 0;
  await ensureVectorIndex(db, embedder.model, vectors[0].length);
  let embedded = 0;
  for (const [at, item] of items.entries()) {
    const own = texts[at] ?? [];
    const made = vectors.splice(0, own.length);
    if (own.length > 0 && (await keepVectors(db, embedder.model, item, own, made))) embedded += 1;
  }
  return embedded;
}

/** Keeps the vectors of an item, unless it was written, deleted or embedded by someone else meanwhile. */
function keepVectors(
  db: Kysely<Schema>,
  model: string,
  { item_id, written }: Unembedded,
  texts: Parameters<typeof insertVectors>[3],
  vectors: number[][],
): Promise<boolean> {
  return db.transaction().execute(async (trx) => {
    const { rows } = await sql`
      select from baton.store_item where item_id = ${item_id} and updated_at = ${written}::timestamptz
      for update`.execute(trx);
    if (rows.length === 0) return false;
    return insertVectors(trx, item_id, model, texts, vectors);
  });
}
