import { type Kysely, sql } from 'kysely';
import type { Schema } from '../../db/schema.ts';
import type { Metric } from '../../db/tables/knowledge-tables.ts';
import type { Collection, CollectionEmbedding } from './collection.ts';

/** The collection of a name, or all, by name. A space that nobody has filled for an hour is not shown as one that is built. */
export async function showCollections(db: Kysely<Schema>, name?: string): Promise<Collection[]> {
  const named = name === undefined ? sql`true` : sql`held.collection = ${name}`;
  const { rows } = await sql<Row>`
    select held.*, serves.model, serves.dimensions, next.model as next_model, next.dimensions as next_dimensions,
      next.done, next.total,
      (select count(*) from baton.document own where own.collection_no = held.collection_no) as documents
    from baton.collection held
    left join baton.embedding_space serves on serves.space_no = held.space_no
    left join lateral (
      select made.model, made.dimensions, counted.*
      from baton.embedding_space made, lateral (
        select count(*) filter (where version.space_no = made.space_no) as done, count(*) as total
        from baton.document own join baton.document_version version
          on version.document_id = own.document_id and version.version = own.serving
        where own.collection_no = held.collection_no) counted
      where made.collection_no = held.collection_no and made.space_no <> held.space_no
        and coalesce(made.filled_until, made.created_at) > now() - interval '1 hour'
      order by made.space_no desc limit 1) next on true
    where ${named}
    order by held.collection`.execute(db);
  return rows.map(toCollection);
}

interface Row {
  collection: string;
  description: string;
  metric: Metric;
  chunk_tokens: number;
  overlap_tokens: number;
  webhook: string | null;
  model: string | null;
  dimensions: number | null;
  next_model: string | null;
  next_dimensions: number | null;
  done: number | null;
  total: number | null;
  chunks: number;
  documents: number;
  created_at: Date;
  updated_at: Date;
}

function toCollection(row: Row): Collection {
  return {
    name: row.collection,
    description: row.description,
    metric: row.metric,
    chunkTokens: row.chunk_tokens,
    overlapTokens: row.overlap_tokens,
    webhook: row.webhook,
    embedding: embeddingOf(row),
    chunks: row.chunks,
    documents: row.documents,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

function embeddingOf(row: Row): CollectionEmbedding | null {
  const { model, dimensions, next_model: next, done, total } = row;
  if (model === null) return null;
  const building = next !== null && {
    building: { model: next, dimensions: row.next_dimensions ?? 0, done: done ?? 0, total: total ?? 0 },
  };
  return { model, dimensions: dimensions ?? 0, ...building };
}
