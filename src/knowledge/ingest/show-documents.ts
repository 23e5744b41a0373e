import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Schema } from '../../db/schema.ts';
import type { PublishState, VersionStatus } from '../../db/tables/knowledge-tables.ts';
import type { JsonObject } from '../../message.ts';
import type { DocumentView } from './document-view.ts';

/** Documents by key; a condition speaks of `own`, the document, `serves` and `made`, its versions, and `held`, its collection. */
export async function showDocuments(
  db: Kysely<Schema>,
  condition: RawBuilder<unknown>,
  limit: number,
): Promise<DocumentView[]> {
  const { rows } = await sql<Row>`
    select own.document_id, held.collection, own.key, own.name, own.url, own.tags, own.metadata, own.publish, own.serving,
      coalesce(own.title, shown.details ->> 'title') as title, coalesce(own.language, shown.language) as language,
      newest.status, newest.done, newest.total, newest.error_code, newest.error_message,
      shown.chunks, shown.tokens, shown.pages, shown.kind, shown.bytes, shown.content_hash, shown.ready_at,
      own.created_at, greatest(own.updated_at, newest.updated_at) as updated_at
    from baton.document own
    join baton.collection held on held.collection_no = own.collection_no
    left join baton.document_version serves on serves.document_id = own.document_id and serves.version = own.serving
    left join baton.document_version made on made.document_id = own.document_id and made.version = own.making
    join baton.document_version newest
      on newest.document_id = own.document_id and newest.version = coalesce(own.making, own.serving)
    join baton.document_version shown
      on shown.document_id = own.document_id and shown.version = coalesce(own.serving, own.making)
    where ${condition}
    order by own.key limit ${limit}`.execute(db);
  return rows.map(toView);
}

interface Row {
  document_id: string;
  collection: string;
  key: string;
  name: string | null;
  title: string | null;
  url: string | null;
  language: string | null;
  tags: string[];
  metadata: JsonObject;
  publish: PublishState;
  serving: number | null;
  status: VersionStatus;
  done: number;
  total: number;
  error_code: string | null;
  error_message: string | null;
  chunks: number | null;
  tokens: number | null;
  pages: number | null;
  kind: string | null;
  bytes: number;
  content_hash: string;
  created_at: Date;
  updated_at: Date;
  ready_at: Date | null;
}

function toView(row: Row): DocumentView {
  return {
    id: row.document_id,
    collection: row.collection,
    key: row.key,
    name: row.name,
    title: row.title,
    url: row.url,
    language: row.language,
    tags: row.tags,
    metadata: row.metadata,
    publish: row.publish,
    status: row.status,
    progress: { done: row.done, total: row.total },
    ...(row.error_code !== null && { error: { code: row.error_code, message: row.error_message ?? '' } }),
    version: row.serving,
    chunks: row.chunks,
    tokens: row.tokens,
    pages: row.pages,
    kind: row.kind,
    bytes: row.bytes,
    contentHash: row.content_hash,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    readyAt: row.ready_at,
  };
}
