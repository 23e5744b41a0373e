import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Schema } from '../../db/schema.ts';
import { documentFilter, type SearchFilter } from './document-filter.ts';

/** A chunk's place in a list; the higher the score, the better. */
export interface ChunkScore {
  chunk_no: number;
  score: number;
}

export interface ChunkLimits {
  limit: number;
  filter?: SearchFilter | undefined;
}

export interface WordHits {
  hits: ChunkScore[];
  /** How much each word says, in the order in which they were asked: its inverse document frequency; 0 where no chunk has it. */
  weights: number[];
}

/** Of BM25: how fast more of the same word stops counting, and how much the length of a chunk matters. */
const k1 = 1.2;
const b = 0.75;

/** `searchWords`, without the weights. */
export async function bm25Chunks(
  db: Kysely<Schema>,
  collectionNos: readonly number[],
  words: readonly (readonly string[])[],
  limits: ChunkLimits,
): Promise<ChunkScore[]> {
  return (await searchWords(db, collectionNos, words, limits)).hits;
}

/**
 * The live chunks of collections that have words, best first, by BM25 (Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25
 * and Beyond", 2009, with its customary k1 and b); equal ones by their number. A word is given by its terms, as `queryTerms` does: a chunk
 * that has several of them has the word as often as the most frequent. All collections count as one, so that their scores compare.
 *
 * The inverse document frequency is ln(1 + (N - n + 0.5) / (n + 0.5)), which is never negative. A filter changes what is found, and no score.
 */
export async function searchWords(
  db: Kysely<Schema>,
  collectionNos: readonly number[],
  words: readonly (readonly string[])[],
  { limit, filter }: ChunkLimits,
): Promise<WordHits> {
  const weights = words.map(() => 0);
  if (words.length === 0 || collectionNos.length === 0) return { hits: [], weights };
  const { rows } = await bm25Query(collectionNos, words, { limit, filter }).execute(db);
  for (const [word, weight] of rows[0]?.weights ?? []) weights[word - 1] = weight;
  return { hits: rows.map(({ chunk_no, score }) => ({ chunk_no, score })), weights };
}

/** The one statement: the chunks, and in each row the weights of the words that chunks have, by their numbers. */
export function bm25Query(
  collectionNos: readonly number[],
  words: readonly (readonly string[])[],
  { limit, filter }: ChunkLimits,
): RawBuilder<ChunkScore & { weights: [word: number, weight: number][] }> {
  return sql`
    with whole as (
      select sum(chunks)::float8 as chunks, sum(words)::float8 / nullif(sum(chunks), 0)::float8 as words
      from baton.collection where collection_no = any(${collectionNos}::bigint[])
    ),
    hit as materialized (${hits(collectionNos, words)}),
    weighed as (
      select word, ln(1 + (greatest(chunks, count(*)) - count(*) + 0.5) / (count(*) + 0.5)) as weight
      from hit, whole group by word, chunks
    ),
    scored as (
      select chunk_no, sum(weight * count * (k1 + 1) / (count + k1 * (1 - b + b * hit.words / whole.words))) as score
      from hit join weighed using (word) cross join whole cross join (values (${k1}::float8, ${b}::float8)) of (k1, b)
      group by chunk_no
    )
    select chunk_no, score, (select json_agg(json_build_array(word, weight)) from weighed) as weights
    from scored ${matching(filter)}
    order by score desc, chunk_no limit ${limit}`;
}

/**
 * One row for each word that a chunk has. Each term comes with the number of its word, from 1. `offset 0` has each term looked up by the
 * index: a planner whose statistics are old would read the whole collection instead.
 */
function hits(collectionNos: readonly number[], words: readonly (readonly string[])[]): RawBuilder<unknown> {
  const terms = words.flat();
  const numbers = words.flatMap((variants, index) => variants.map(() => index + 1));
  const postings = sql`unnest(${terms}::text[], ${numbers}::int[]) as asked (term, word), lateral (
    select chunk_no, count, words from baton.posting
    where collection_no = any(${collectionNos}::bigint[]) and term = asked.term offset 0) posting`;
  if (terms.length === words.length) return sql`select word, chunk_no, count::float8, words from ${postings}`;
  return sql`select word, chunk_no, max(count)::float8 as count, words from ${postings} group by word, chunk_no, words`;
}

function matching(filter: SearchFilter | undefined): RawBuilder<unknown> {
  const condition = documentFilter(filter);
  if (!condition) return sql``;
  return sql`where chunk_no in (
    select chunk_no from baton.chunk join baton.document using (tenant_id, document_id) where chunk.live and ${condition})`;
}
