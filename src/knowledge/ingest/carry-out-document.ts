import type { Kysely } from 'kysely';
import type { Schema } from '../../db/schema.ts';
import type { Logger } from '../../log.ts';
import type { ChunkEmbedder } from '../embed/embed-halving.ts';
import { embedVersion } from '../embed/embed-version.ts';
import { findSpace } from '../embed/find-space.ts';
import { DocumentError } from '../read/document-error.ts';
import type { Readers } from '../read/open-readers.ts';
import { failDocument } from './fail-document.ts';
import { finishVersion } from './finish-version.ts';
import { type JobAtHand, lookAtJob } from './look-at-job.ts';
import { openProgress } from './open-progress.ts';
import { readVersion } from './read-version.ts';

export interface IngestContext {
  db: Kysely<Schema>;
  embedder: ChunkEmbedder;
  readers: Readers;
  log: Logger;
  /** Ends the work at the next step; it goes on from there when it is done again. */
  signal?: AbortSignal | undefined;
}

export interface DocumentJob {
  documentId: string;
  version: number;
}

/**
 * Makes a version of a document what is searched: reads it, cuts it into chunks, embeds them, and has it serve in the place of the one
 * before. Goes on from where it was left, and does nothing where all is done or nobody waits for it any more, so that it may be done again,
 * by several at once, and be broken off anywhere. A document that cannot be read is `failed` with the reason, and that is all.
 *
 * Rejects with a `ModelError` when the chunks cannot be embedded now, and with the signal's reason: it had better be tried again then.
 */
export async function carryOutDocument(context: IngestContext, job: DocumentJob): Promise<void> {
  const { db, log } = context;
  const started = performance.now();
  let at = await lookAtJob(db, job);
  if (!at) return;
  try {
    if (at.status === 'waiting' || at.status === 'reading') {
      await readVersion(context, at);
      at = await lookAtJob(db, job);
    }
    while (at && (await embedOnce(context, at))) {
      if (!(await finishVersion(db, at))) continue;
      log.info({ ...job, ms: Math.round(performance.now() - started) }, 'a document is ready');
      return;
    }
  } catch (error) {
    if (!(error instanceof DocumentError)) throw error;
    log.info({ ...job, code: error.code, err: error }, 'a document cannot be read');
    await failDocument(db, job, error);
  }
}

/** Embeds what is not, in the embedder's space as it is now. False when nobody waits for it any more. */
async function embedOnce({ db, embedder, signal }: IngestContext, at: JobAtHand): Promise<boolean> {
  const space = await findSpace(db, embedder, at.collectionNo);
  if (!space) return false;
  at.spaceNo = space.spaceNo;
  const gone = new AbortController();
  const progress = openProgress(db, at, 'embedding', () => gone.abort());
  const all = signal ? AbortSignal.any([signal, gone.signal]) : gone.signal;
  try {
    const isWhole = await embedVersion(
      db,
      embedder,
      { ...at, spaceNo: space.spaceNo },
      {
        signal: all,
        onLeft(left) {
          progress.tell(at.chunks - left, at.chunks);
          return !gone.signal.aborted;
        },
      },
    );
    // The space may be gone while the document is not: then the work goes on in the one that took its place.
    return isWhole || (await lookAtJob(db, at)) !== undefined;
  } catch (error) {
    if (gone.signal.aborted && !signal?.aborted) return false;
    throw error;
  } finally {
    await progress.end();
  }
}
