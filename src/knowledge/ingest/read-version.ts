import { type Kysely, sql } from 'kysely';
import type { Schema } from '../../db/schema.ts';
import { DocumentError } from '../read/document-error.ts';
import type { ChunkedDocument } from '../read/open-readers.ts';
import type { IngestContext } from './document-job.ts';
import { keepChunks } from './keep-chunks.ts';
import type { JobAtHand } from './look-at-job.ts';
import { openProgress } from './open-progress.ts';
import { readParts } from './read-parts.ts';

/** Reads a version and keeps its chunks, unless nobody waits for it any more. Rejects with a `DocumentError` for what is wrong with it. */
export async function readVersion(context: IngestContext, at: JobAtHand): Promise<void> {
  const { db } = context;
  if (!at.contentId || !(await beginReading(db, at))) return;
  const read = await readWatched(context, at, at.contentId);
  if (!read) return;
  if (read.chunks.length === 0) throw new DocumentError('no-text', 'There is no text in it.');
  await keepChunks(db, at, read);
}

async function beginReading(db: Kysely<Schema>, { documentId, version }: JobAtHand): Promise<boolean> {
  const { rows } = await sql`
    update baton.document_version set status = 'reading', done = 0, total = 0, updated_at = now()
    where document_id = ${documentId} and version = ${version} and status in ('waiting', 'reading')
    returning version`.execute(db);
  return rows.length > 0;
}

/** Undefined when it is not waited for any more. */
async function readWatched(
  { db, readers, embedder, signal }: IngestContext,
  at: JobAtHand,
  contentId: string,
): Promise<ChunkedDocument | undefined> {
  const gone = new AbortController();
  const progress = openProgress(db, at, 'reading', () => gone.abort());
  try {
    return await readers.readChunks(readParts(db, contentId), {
      name: at.name,
      ...(at.contentType !== null && { contentType: at.contentType }),
      chunks: { model: embedder.model, maxTokens: at.chunkTokens, overlapTokens: at.overlapTokens },
      limits: { bytes: at.bytes },
      signal: signal ? AbortSignal.any([signal, gone.signal]) : gone.signal,
      onProgress: progress.tell,
    });
  } catch (error) {
    if (gone.signal.aborted && !signal?.aborted) return undefined;
    throw error;
  } finally {
    await progress.end();
  }
}
