import { type Kysely, sql } from 'kysely';
import { toSql } from 'pgvector/kysely';
import type { Schema } from '../db/schema.ts';
import type { JsonObject } from '../message.ts';
import { checkKey, checkNamespace, refused } from './check-name.ts';
import { checkValue } from './check-value.ts';
import { embedTexts, type TextEmbedder } from './embed-texts.ts';
import type { Namespace } from './item.ts';
import { checkFields, type FieldText, textsOf } from './texts-of.ts';
import { ensureVectorIndex } from './vector-index.ts';

export interface PutItem {
  namespace: Namespace;
  key: string;
  value: JsonObject;
  /** The paths of the fields to find the item by, by meaning; false for none, left out for the whole value. */
  index?: false | string[] | null | undefined;
  /** Minutes to live, from now and from each reading that refreshes; left out, the item stays. */
  ttl?: number | null | undefined;
  signal?: AbortSignal;
}

/** A hundred years. */
const longest = 100 * 366 * 24 * 60;

/**
 * Keeps a value under a key, in the place of what was there. Texts are embedded first, so a model that fails
 * leaves the item as it was; item and vectors change together.
 *
 * Rejects with a `CallerError`: `invalid-request` says what is wrong and where, `unavailable` that the texts
 * cannot be embedded; and with the signal's reason.
 */
export async function putItem(db: Kysely<Schema>, embedder: TextEmbedder, item: PutItem): Promise<void> {
  const namespace = checkNamespace(item.namespace);
  const key = checkKey(item.key);
  const { value, json, bytes } = checkValue(item.value);
  const ttl = checkTtl(item.ttl);
  const fields = checkFields(item.index);
  const texts = textsOf(value, fields);
  const { model } = embedder;
  const vectors = await embedTexts(
    embedder,
    texts.map(({ text }) => text),
    item.signal,
  );
  if (vectors[0]) await ensureVectorIndex(db, model, vectors[0].length);

  await db.transaction().execute(async (trx) => {
    const itemId = await upsert(trx, { namespace, key, json, bytes, fields, ttl });
    await trx.deleteFrom('baton.store_vector').where('item_id', '=', itemId).execute();
    await insertVectors(trx, itemId, model, texts, vectors);
  });
}

/** Keeps the vectors of an item's texts, unless it has some of this model; tells whether it did. */
export async function insertVectors(
  trx: Kysely<Schema>,
  itemId: number,
  model: string,
  texts: FieldText[],
  vectors: number[][],
): Promise<boolean> {
  if (texts.length === 0) return false;
  const rows = texts.map(({ field }, at) => ({
    item_id: itemId,
    model,
    field,
    embedding: String(toSql(vectors[at] ?? [])),
  }));
  const inserted = await trx
    .insertInto('baton.store_vector')
    .values(rows)
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return Number(inserted.numInsertedOrUpdatedRows) > 0;
}

interface Row {
  namespace: Namespace;
  key: string;
  json: string;
  bytes: number;
  fields: string[] | undefined;
  ttl: number | null;
}

/** What has expired and was not swept yet does not count as there: the item begins anew. */
async function upsert(trx: Kysely<Schema>, row: Row): Promise<number> {
  const { namespace, key, json, bytes, fields = null, ttl } = row;
  const { rows } = await sql<{ item_id: number }>`
    insert into baton.store_item as item (namespace, key, value, bytes, fields, ttl_minutes, expires_at)
    values (${namespace}::text[], ${key}, ${json}::jsonb, ${bytes}, ${fields}::text[], ${ttl}::float8,
      now() + make_interval(secs => ${ttl}::float8 * 60))
    on conflict (tenant_id, place, key) do update set
      value = excluded.value, bytes = excluded.bytes, fields = excluded.fields,
      ttl_minutes = excluded.ttl_minutes, expires_at = excluded.expires_at, updated_at = now(),
      created_at = case when item.expires_at <= now() then now() else item.created_at end
    returning item_id`.execute(trx);
  const [written] = rows;
  if (!written) throw new Error('An item was written, and has no id.');
  return written.item_id;
}

function checkTtl(ttl: number | null | undefined): number | null {
  if (ttl === null || ttl === undefined) return null;
  if (!(ttl > 0 && ttl <= longest)) {
    throw refused('ttl', `expected minutes, more than 0 and at most ${longest}`);
  }
  return ttl;
}
