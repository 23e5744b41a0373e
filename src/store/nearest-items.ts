import { type Kysely, type RawBuilder, type SqlBool, sql } from 'kysely';
import type { Schema } from '../db/schema.ts';
import { vectorValue } from '../db/vector-value.ts';

/** An item's place in a search. */
export interface Hit {
  item_id: number;
  /** Of its value, as JSON text. */
  bytes: number;
  score: number | null;
}

export interface Near {
  vector: number[];
  model: string;
  /** Which items may be found: a condition on a row of `baton.store_item`. */
  matches: RawBuilder<SqlBool>;
  limit: number;
  offset: number;
  /** Up to how many items that match are compared one by one. */
  exactUpTo?: number;
}

/**
 * The items with a text nearest to a vector, nearest first, each once.
 *
 * Where few items match, all of them are compared, and the answer is exact. Where many do, the HNSW index is
 * walked until enough of them match: nearly exact, and hardly slower as the store grows. Where the walk ends before
 * there are enough, all are compared after all, so that no page is shorter than it must be.
 */
export async function nearestItems(db: Kysely<Schema>, near: Near): Promise<Hit[]> {
  const { exactUpTo = 10_000, limit, offset } = near;
  if (offset + limit <= exactUpTo && (await hasMore(db, near.matches, exactUpTo))) {
    const walked = await walkIndex(db, near);
    if (walked.length === limit) return walked;
  }
  return compareAll(db, near);
}

async function hasMore(db: Kysely<Schema>, matches: Near['matches'], count: number): Promise<boolean> {
  const { rows } = await sql`
    select from baton.store_item where ${matches} offset ${count} limit 1`.execute(db);
  return rows.length > 0;
}

async function compareAll(
  db: Kysely<Schema>,
  { vector, model, matches, limit, offset }: Near,
): Promise<Hit[]> {
  const { rows } = await sql<Hit>`
    with candidate as materialized (select item_id, bytes from baton.store_item where ${matches})
    select item_id, bytes, max(1 - (embedding <=> ${vectorValue(db, vector)}::vector)) as score
    from candidate join baton.store_vector using (item_id)
    where model = ${model}
    group by item_id, bytes
    order by score desc, item_id
    limit ${limit} offset ${offset}`.execute(db);
  return rows;
}

/** An item may come several times, by several of its texts: then more texts are read. */
async function walkIndex(db: Kysely<Schema>, near: Near): Promise<Hit[]> {
  const end = near.offset + near.limit;
  for (let texts = end; ; texts *= 4) {
    const hits = await nearestTexts(db, near, texts);
    const items = firstOfEach(hits);
    if (items.length >= end || hits.length < texts) return items.slice(near.offset, end);
  }
}

function firstOfEach(hits: Hit[]): Hit[] {
  const seen = new Set<number>();
  return hits.filter(({ item_id }) => !seen.has(item_id) && seen.add(item_id));
}

/** The index is walked on until enough rows pass the condition: pgvector's iterative scan. */
function nearestTexts(db: Kysely<Schema>, { vector, model, matches }: Near, limit: number): Promise<Hit[]> {
  const size = sql.lit(vector.length);
  return db.transaction().execute(async (trx) => {
    await sql`select set_config('hnsw.iterative_scan', 'strict_order', true)`.execute(trx);
    const distance = sql`embedding::vector(${size}) <=> ${vectorValue(trx, vector)}::vector(${size})`;
    const { rows } = await sql<Hit>`
      select item_id, bytes, 1 - (${distance}) as score
      from baton.store_vector join baton.store_item using (item_id)
      where model = ${sql.lit(model)} and ${matches}
      order by ${distance} limit ${limit}`.execute(trx);
    return rows;
  });
}
