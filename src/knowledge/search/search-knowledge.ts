import type { Kysely } from 'kysely';
import type { Schema } from '../../db/schema.ts';
import type { Logger } from '../../log.ts';
import type { Embedder } from '../../model/embedder.ts';
import { queryTerms } from '../terms/query-terms.ts';
import { type ChunkLimits, type ChunkScore, searchWords, type WordHits } from './bm25-chunks.ts';
import { closenessOf, type WeighedWord } from './closeness.ts';
import type { SearchFilter } from './document-filter.ts';
import { type Fused, fuse } from './fuse.ts';
import { nearestToQuery } from './nearest-to-query.ts';
import type { Passage } from './passage.ts';
import { readPassages } from './read-passages.ts';
import { findCollections, type SearchedCollections } from './searched-collections.ts';

export type { Passage, PassageRange } from './passage.ts';

export interface KnowledgeSearch {
  query: string;
  /** By name. */
  collections: readonly string[];
  /** 8 unless told, and at most 50. */
  limit?: number | undefined;
  /** By words and by vectors together, or by one of them alone. */
  mode?: SearchMode | undefined;
  filter?: SearchFilter | undefined;
  signal?: AbortSignal | undefined;
  /** Hears that words alone were searched, because the query could not be embedded. */
  log?: Pick<Logger, 'warn'> | undefined;
}

export type SearchMode = 'hybrid' | 'lexical' | 'vector';

type QueryEmbedder = Pick<Embedder, 'model' | 'dimensions' | 'embed'>;

const limits = { usual: 8, most: 50 };
/** How many of each list are fused, and how many of what comes of it are read and compared with the query once more. */
const depth = { lists: 100, read: 30 };

/**
 * The passages of published documents that answer a query best, best first: found by their words (BM25) and by their vectors, both fused,
 * and then ordered by how closely the query's words stand together in them as well. At most four round trips to the database, and one more for
 * each further collection with vectors. Equal ones are ordered by their ids, and one text of two documents by the age of these.
 *
 * Only vectors of the embedder's own model are compared. Where there are none, or the query cannot be embedded, words alone are
 * searched, unless the mode is `vector`.
 *
 * Rejects with a `CallerError`: `not-found` for a collection that is not there, `invalid-request` for a filter that cannot be read,
 * `unavailable` when the mode is `vector` and the query cannot be embedded; and with the signal's reason.
 */
export async function searchKnowledge(
  db: Kysely<Schema>,
  embedder: QueryEmbedder,
  request: KnowledgeSearch,
): Promise<Passage[]> {
  const { query, mode = 'hybrid', filter } = request;
  request.signal?.throwIfAborted();
  const collections = await findCollections(db, request.collections, embedder.model);
  const words = mode === 'vector' ? [] : queryTerms(query, collections.languages);
  const asked = { limit: depth.lists, filter };
  const [lexical, vector] = await Promise.all([
    searchWords(db, collections.numbers, words, asked),
    mode === 'lexical' ? [] : findNearest(db, embedder, request, collections, asked),
  ]);
  request.signal?.throwIfAborted();
  const limit = Math.min(Math.max(Math.trunc(request.limit ?? limits.usual), 1), limits.most);
  const weights = weightsFor(embedder.model);
  const fused = mode === 'vector' ? vector.map(byVector) : fuse(lexical.hits, vector, weights.vector);
  const passages = await readPassages(db, fused.slice(0, Math.max(limit, depth.read)));
  const closeness = closenessOf(query, weighWords(words, lexical), mode === 'vector' ? [] : passages);
  return passages
    .map((passage, index) => addCloseness(passage, closeness[index], weights.closeness))
    .sort(byScore)
    .slice(0, limit);
}

async function findNearest(
  db: Kysely<Schema>,
  embedder: QueryEmbedder,
  { query, mode, signal, log }: KnowledgeSearch,
  { spaces }: SearchedCollections,
  asked: ChunkLimits,
): Promise<ChunkScore[]> {
  if (query.trim() === '') return [];
  try {
    return await nearestToQuery(db, embedder, query, spaces, { ...asked, signal });
  } catch (error) {
    signal?.throwIfAborted();
    if (mode === 'vector') throw error;
    log?.warn({ err: error }, 'The query could not be embedded: words alone are searched.');
    return [];
  }
}

/** What counts beside BM25 (1 - `vector`). */
interface Weights {
  vector: number;
  /** Of the closeness of words, beside the fused score, which is 1. */
  closeness: number;
}

/**
 * The local embedder knows no more of a text than its words, which BM25 and closeness weigh better: measured with `bench/search.ts`. One
 * that knows meaning counts as much as words do, and where the words stand counts less.
 */
function weightsFor(model: string): Weights {
  return model.startsWith('local-') ? { vector: 0.2, closeness: 1.4 } : { vector: 0.5, closeness: 0.4 };
}

function byVector({ chunk_no, score }: ChunkScore): Fused {
  return { chunk_no, score: Math.min(Math.max(score, 0), 1), vector: score };
}

function weighWords(terms: string[][], { weights }: WordHits): WeighedWord[] {
  return terms.map((variants, index) => ({ terms: variants, weight: weights[index] ?? 0 }));
}

function addCloseness(passage: Passage, closeness: number | undefined, weight: number): Passage {
  if (closeness === undefined) return passage;
  return { ...passage, score: (passage.score + weight * closeness) / (1 + weight) };
}

/** One text of two documents scores the same but for the order in which its parts were summed. */
function roundScore({ score }: Passage): number {
  return Math.round(score * 1e9);
}

/** Where all is equal, passages stay in the order in which they come. */
function byScore(one: Passage, other: Passage): number {
  return (
    roundScore(other) - roundScore(one) ||
    (one.chunkId < other.chunkId ? -1 : one.chunkId > other.chunkId ? 1 : 0)
  );
}
