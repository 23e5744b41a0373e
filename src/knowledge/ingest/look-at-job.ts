import { type Kysely, sql } from 'kysely';
import type { Schema } from '../../db/schema.ts';
import type { VersionStatus } from '../../db/tables/knowledge-tables.ts';
import type { DocumentJob } from './document-job.ts';

/** A version that is waited for, and what there is to know of it. */
export interface JobAtHand extends DocumentJob {
  collectionNo: number;
  /** `ready`: it serves, and has chunks that are to be embedded again. */
  status: VersionStatus;
  contentId: string | null;
  bytes: number;
  chunks: number;
  contentType: string | null;
  /** What the document is called as a file. */
  name: string;
  chunkTokens: number;
  overlapTokens: number;
  /** The space in which it was embedded. */
  spaceNo?: number;
}

/** A version as it is now; undefined when it is not waited for any more: ready, failed, replaced, or gone. */
export async function lookAtJob(
  db: Kysely<Schema>,
  { documentId, version }: DocumentJob,
): Promise<JobAtHand | undefined> {
  const { rows } = await sql<JobAtHand>`
    select made.document_id as "documentId", made.version, own.collection_no as "collectionNo", made.status,
      made.content_id as "contentId", made.bytes, coalesce(made.chunks, 0) as chunks, made.content_type as "contentType",
      coalesce(own.name, own.key) as name, held.chunk_tokens as "chunkTokens", held.overlap_tokens as "overlapTokens"
    from baton.document_version made
    join baton.document own on own.document_id = made.document_id
    join baton.collection held on held.collection_no = own.collection_no
    where made.document_id = ${documentId} and made.version = ${version}
      and (own.making = made.version and made.status in ('waiting', 'reading', 'embedding')
        or own.serving = made.version and made.space_no is null)`.execute(db);
  return rows[0];
}
