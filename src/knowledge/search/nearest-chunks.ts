import { type Kysely, type RawBuilder, type SqlBool, sql } from 'kysely';
import { isEmbedded } from '../../db/is-embedded.ts';
import type { Schema } from '../../db/schema.ts';
import {
  comparedVector,
  distanceBetween,
  scoreOf,
  type VectorSpace,
  vectorType,
} from '../embed/vector-space.ts';
import type { ChunkLimits, ChunkScore } from './bm25-chunks.ts';
import { documentFilter } from './document-filter.ts';

/**
 * The live chunks whose vectors are nearest to a vector, nearest first; their scores are as `scoreOf` says.
 *
 * Where the space has no index, or the filter leaves few, all that may be found are compared, and the answer is exact but for the half
 * precision in which vectors are kept. Otherwise the index is walked until enough chunks pass the filter: nearly exact, and hardly slower as
 * the collection grows. Where the walk ends before there are enough, all that pass are compared after all.
 */
export async function nearestChunks(
  db: Kysely<Schema>,
  space: VectorSpace,
  vector: readonly number[],
  { limit, filter }: ChunkLimits,
): Promise<ChunkScore[]> {
  const asked = { db, space, vector: JSON.stringify(vector), limit, matches: documentFilter(filter) };
  const few = asked.matches && (await listFew(db, space, asked.matches));
  if (few) return compareDocuments(asked, documentFilter({ documents: few }));
  if (!space.indexed) return compareAll(asked);
  const walked = await walkIndex(asked);
  return walked.length === limit ? walked : compareDocuments(asked, asked.matches);
}

interface Asked {
  db: Kysely<Schema>;
  space: VectorSpace;
  vector: string;
  limit: number;
  matches: RawBuilder<SqlBool> | undefined;
}

/** Whether a chunk may be found is looked up from the nearest on, until there are enough: chunks are long to read. */
async function compareAll({ db, space, limit, matches, ...asked }: Asked): Promise<ChunkScore[]> {
  const { rows } = await sql<ChunkScore>`
    select chunk_no, ${scoreOf(space.metric, sql`distance`)} as score from (
      select chunk_no, distance from (
        select chunk_no, ${distanceFrom(db, space, asked.vector)} as distance
        from baton.chunk_vector where space_no = ${space.spaceNo} ${asItStands}
      ) compared where ${isNumber} order by distance, chunk_no
    ) nearest where (
      select live and ${matches ?? sql`true`} from baton.chunk ${matches ? document : sql``}
      where chunk.chunk_no = nearest.chunk_no
    ) order by distance, chunk_no limit ${limit}`.execute(db);
  return rows;
}

/** Of documents and chunks, what counts as few. */
const few = { documents: 1_000, chunks: 2_000 };

/** The documents that pass, where they have few chunks; undefined where they have more. */
async function listFew(
  db: Kysely<Schema>,
  { collectionNo }: VectorSpace,
  matches: RawBuilder<SqlBool>,
): Promise<string[] | undefined> {
  const { rows } = await sql<{ document_id: string; chunks: number | null }>`
    select document.document_id, made.chunks from baton.document join baton.document_version made
      on made.document_id = document.document_id and made.version = document.serving
    where document.collection_no = ${collectionNo} and ${matches} limit ${few.documents + 1}`.execute(db);
  const chunks = rows.reduce((sum, row) => sum + (row.chunks ?? 0), 0);
  const isFew = rows.length <= few.documents && chunks <= few.chunks;
  return isFew ? rows.map(({ document_id }) => document_id) : undefined;
}

/** From documents to chunks to vectors, by their keys. */
async function compareDocuments(
  { db, space, limit, ...asked }: Asked,
  matches: Asked['matches'],
): Promise<ChunkScore[]> {
  const { rows } = await sql<ChunkScore>`
    select chunk_no, ${scoreOf(space.metric, sql`distance`)} as score from (
      select document_id, serving from baton.document
      where collection_no = ${space.collectionNo} and ${matches ?? sql`true`} ${asItStands}
    ) passing cross join lateral (
      select chunk_no from baton.chunk
      where chunk.document_id = passing.document_id and version = serving and live ${asItStands}
    ) own cross join lateral (
      select ${distanceFrom(db, space, asked.vector)} as distance from baton.chunk_vector
      where space_no = ${space.spaceNo} and chunk_vector.chunk_no = own.chunk_no ${asItStands}
    ) compared where ${isNumber} order by distance, chunk_no limit ${limit}`.execute(db);
  return rows;
}

/** Keeps the planner from another order, and from walking an index where nothing may be left out. */
const asItStands = sql`offset 0`;

/**
 * The settings are made by the statement itself, before it begins to walk, and end with it: a subquery that depends on no row is run once,
 * before the first row is asked for. Embedded Postgres has a larger index, which its planner takes for more work than it is.
 */
async function walkIndex(asked: Asked): Promise<ChunkScore[]> {
  if (!isEmbedded(asked.db)) return walk(asked);
  return asked.db.transaction().execute(async (trx) => {
    await sql`select set_config('enable_sort', 'off', true)`.execute(trx);
    return walk({ ...asked, db: trx });
  });
}

async function walk({ db, space, limit, matches, ...asked }: Asked): Promise<ChunkScore[]> {
  const { rows } = await sql<ChunkScore>`
    select chunk_no, ${scoreOf(space.metric, sql`distance`)} as score from (
      select chunk_no, ${distanceFrom(db, space, asked.vector)} as distance
      from baton.chunk_vector join baton.chunk using (tenant_id, chunk_no) ${matches ? document : sql``}
      where chunk_vector.space_no = ${sql.lit(space.spaceNo)} and chunk.live and ${matches ?? sql`true`}
        and (${settings(limit)}) is not null
      order by distance limit ${limit}
    ) walked where ${isNumber} order by distance, chunk_no`.execute(db);
  return rows;
}

function distanceFrom(db: Kysely<Schema>, space: VectorSpace, vector: string): RawBuilder<number> {
  return distanceBetween(space.metric, comparedVector(db, space), sql`${vector}::${vectorType(db, space)}`);
}

const document = sql`join baton.document using (tenant_id, document_id)`;

/** A vector of zeros has no direction, and so no cosine. */
const isNumber = sql<SqlBool>`distance < 'infinity'`;

/** How many of the nearest are kept in view at least: measured with `bench/search.ts`. */
const leastInView = 400;

function settings(limit: number): RawBuilder<string> {
  const inView = String(Math.min(1_000, Math.max(leastInView, 2 * limit)));
  return sql`select concat(set_config('hnsw.iterative_scan', 'strict_order', true),
    set_config('hnsw.ef_search', ${inView}, true), set_config('hnsw.scan_mem_multiplier', '4', true))`;
}
