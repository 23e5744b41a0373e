import type { Kysely } from 'kysely';
import type { Schema } from '../../db/schema.ts';
import type { Metric } from '../../db/tables/knowledge-tables.ts';
import type { Embedder } from '../../model/embedder.ts';
import { embedTexts } from '../../store/embed-texts.ts';
import type { VectorSpace } from '../embed/vector-space.ts';
import type { ChunkLimits, ChunkScore } from './bm25-chunks.ts';
import { nearestChunks } from './nearest-chunks.ts';

/** Characters of a query that are looked at: what a request to an embedding model takes. */
const queryCharacters = 8_000;

/**
 * The live chunks of spaces that are nearest to a query, nearest first, with the cosine as their score whatever the metric: so those of
 * several collections compare. Rejects with a `CallerError` `unavailable` when the query cannot be embedded, and with the signal's reason.
 */
export async function nearestToQuery(
  db: Kysely<Schema>,
  embedder: Pick<Embedder, 'model' | 'embed'>,
  query: string,
  spaces: readonly VectorSpace[],
  limits: ChunkLimits & { signal?: AbortSignal | undefined },
): Promise<ChunkScore[]> {
  if (spaces.length === 0) return [];
  const text = query.slice(0, queryCharacters).replaceAll('\0', ' ').toWellFormed();
  const [vector = []] = await embedTexts(embedder, [text], limits.signal);
  const comparable = spaces.filter(({ dimensions }) => dimensions === vector.length);
  const lists = await Promise.all(
    comparable.map(async (space) => {
      const hits = await nearestChunks(db, space, vector, limits);
      return hits.map(({ chunk_no, score }) => ({ chunk_no, score: toCosine(space.metric, score) }));
    }),
  );
  return lists
    .flat()
    .sort((one, other) => other.score - one.score || one.chunk_no - other.chunk_no)
    .slice(0, limits.limit);
}

/** Vectors have unit length, so the inner product is the cosine, and the distance d of L2 is √(2 - 2 cos). */
function toCosine(metric: Metric, score: number): number {
  if (metric !== 'l2') return score;
  const distance = 1 / score - 1;
  return 1 - distance ** 2 / 2;
}
