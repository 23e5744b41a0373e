import { type Kysely, sql } from 'kysely';
import type { Schema } from '../../db/schema.ts';
import type { PublishState, VersionStatus } from '../../db/tables/knowledge-tables.ts';
import type { Range } from '../chunk/chunk.ts';
import { noCollection } from '../collections/collections.ts';
import type { ChunkView, DocumentView, VersionView } from './document-view.ts';
import { isId, noDocument } from './lock-document.ts';
import { showDocuments } from './show-documents.ts';

export interface DocumentFilter {
  status?: VersionStatus | undefined;
  tag?: string | undefined;
  publish?: PublishState | undefined;
  /** Only what is, whatever `publish` asks for. */
  isPublished?: boolean | undefined;
  /** In the key, name or title, whatever the case. */
  search?: string | undefined;
  /** What the page before gave as `next`. */
  after?: string | undefined;
  /** At most 1,000; 100 unless given. */
  limit?: number | undefined;
}

/** Rejects with a `CallerError` `not-found`, as all of these. */
export async function readDocument(db: Kysely<Schema>, documentId: string): Promise<DocumentView> {
  const [found] = isId(documentId)
    ? await showDocuments(db, sql`own.document_id = ${documentId}::uuid`, 1)
    : [];
  if (!found) throw noDocument(documentId);
  return found;
}

/** The document that its owner calls so; undefined where there is none. */
export async function findDocument(
  db: Kysely<Schema>,
  collection: string,
  key: string,
): Promise<DocumentView | undefined> {
  const collectionNo = await numberOf(db, collection);
  const [found] = await showDocuments(db, sql`own.collection_no = ${collectionNo} and own.key = ${key}`, 1);
  return found;
}

/** By key. */
export async function listDocuments(
  db: Kysely<Schema>,
  collection: string,
  filter: DocumentFilter = {},
): Promise<{ documents: DocumentView[]; next: string | null }> {
  const { status, tag, publish, isPublished, search, after, limit: asked = 100 } = filter;
  const limit = Math.min(Math.max(1, asked), 1_000);
  const pattern = search && `%${search.replace(/[\\%_]/g, '\\$&')}%`;
  const conditions = [
    sql`own.collection_no = ${await numberOf(db, collection)}`,
    ...(status ? [sql`coalesce(made.status, serves.status) = ${status}`] : []),
    ...(tag ? [sql`${tag} = any(own.tags)`] : []),
    ...(publish ? [sql`own.publish = ${publish}`] : []),
    ...(isPublished ? [sql`own.publish = 'published'`] : []),
    ...(pattern
      ? [sql`(own.key ilike ${pattern} or own.name ilike ${pattern} or own.title ilike ${pattern})`]
      : []),
    ...(after === undefined ? [] : [sql`own.key > ${after}`]),
  ];
  const found = await showDocuments(db, sql.join(conditions, sql` and `), limit + 1);
  const documents = found.slice(0, limit);
  return { documents, next: found.length > limit ? (documents.at(-1)?.key ?? null) : null };
}

/** Of the version that serves, otherwise of the one that is made, in order. `after` is a position. */
export async function readChunks(
  db: Kysely<Schema>,
  documentId: string,
  { after = -1, limit: asked = 100 }: { after?: number | undefined; limit?: number | undefined } = {},
): Promise<{ chunks: ChunkView[]; next: number | null }> {
  const limit = Math.min(Math.max(1, asked), 1_000);
  await readDocument(db, documentId);
  const rows = await db
    .selectFrom('baton.chunk')
    .select(['chunk_id', 'position', 'text', 'tokens', 'title', 'headings', 'place', 'language'])
    .where('document_id', '=', documentId)
    .where('version', '=', (eb) =>
      eb
        .selectFrom('baton.document')
        .select(({ fn }) => fn.coalesce('serving', 'making').as('version'))
        .where('document_id', '=', documentId),
    )
    .where('position', '>', after)
    .orderBy('position')
    .limit(limit + 1)
    .execute();
  const chunks = rows.slice(0, limit).map(({ chunk_id, place, ...chunk }) => ({
    id: `p-${chunk_id.slice(0, 10)}`,
    chunkId: chunk_id,
    ...chunk,
    ...(place as { pages?: Range; slides?: Range; sheet?: string }), // as `keepChunks` writes it
  }));
  return { chunks, next: rows.length > limit ? (chunks.at(-1)?.position ?? null) : null };
}

/** The newest first. `after` is what the page before gave as `next`; at most 1,000, and 100 unless given. */
export async function listVersions(
  db: Kysely<Schema>,
  documentId: string,
  { after, limit: asked = 100 }: { after?: number | undefined; limit?: number | undefined } = {},
): Promise<{ versions: VersionView[]; next: number | null }> {
  const limit = Math.min(Math.max(1, asked), 1_000);
  await readDocument(db, documentId);
  const rows = await db
    .selectFrom('baton.document_version')
    .innerJoin('baton.document', 'baton.document.document_id', 'baton.document_version.document_id')
    .selectAll('baton.document_version')
    .select('baton.document.serving')
    .where('baton.document_version.document_id', '=', documentId)
    .$if(after !== undefined, (query) => query.where('version', '<', after ?? 0))
    .orderBy('version', 'desc')
    .limit(limit + 1)
    .execute();
  const versions = rows.slice(0, limit).map((row) => ({
    version: row.version,
    status: row.status,
    serves: row.version === row.serving,
    bytes: row.bytes,
    contentHash: row.content_hash,
    kind: row.kind,
    pages: row.pages,
    chunks: row.chunks,
    tokens: row.tokens,
    ...(row.error_code !== null && { error: { code: row.error_code, message: row.error_message ?? '' } }),
    createdAt: row.created_at,
    readyAt: row.ready_at,
  }));
  return { versions, next: rows.length > limit ? (versions.at(-1)?.version ?? null) : null };
}

async function numberOf(db: Kysely<Schema>, collection: string): Promise<number> {
  const found = await db
    .selectFrom('baton.collection')
    .select('collection_no')
    .where('collection', '=', collection)
    .executeTakeFirst();
  if (!found) throw noCollection(collection);
  return found.collection_no;
}
