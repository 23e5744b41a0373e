import { type Kysely, sql } from 'kysely';
import type { Schema } from '../../db/schema.ts';
import { embedVersion } from '../embed/embed-version.ts';
import { findSpace } from '../embed/find-space.ts';
import { DocumentError } from '../read/document-error.ts';
import type { DocumentJob, IngestContext } from './document-job.ts';
import { failDocument } from './fail-document.ts';
import { finishVersion } from './finish-version.ts';
import { type JobAtHand, lookAtJob } from './look-at-job.ts';
import { openProgress } from './open-progress.ts';
import { readVersion } from './read-version.ts';

/**
 * Makes a version of a document what is searched: reads it, cuts it into chunks, embeds them, and has it serve in the place of the one
 * before. Goes on from where it was left, and does nothing where all is done or nobody waits for it any more, so that it may be done again,
 * by several at once, and be broken off anywhere. A document that cannot be read is `failed` with the reason, and that is all; so is one
 * that was begun many times by processes that did not live to see its end, since it may be what they died of.
 *
 * Rejects with a `ModelError` when the chunks cannot be embedded now, and with the signal's reason: it had better be tried again then.
 */
export async function carryOutDocument(context: IngestContext, job: DocumentJob): Promise<void> {
  const { db, log } = context;
  const started = performance.now();
  const first = await lookAtJob(db, job);
  if (!first) return;
  if (!(await begin(db, job))) {
    log.error({ ...job }, 'a document is given up: whoever begins it does not end it');
    return failDocument(db, job, givenUp);
  }
  try {
    await makeWhole(context, first, started);
  } catch (error) {
    if (!(error instanceof DocumentError)) throw error;
    log.info({ ...job, code: error.code, err: error }, 'a document cannot be read');
    await failDocument(db, job, error);
  } finally {
    await end(db, job).catch(() => undefined); // the first error says more, and it is begun again then
  }
}

/** How often a version is begun without an end: a process that dies takes all along that it is at. */
const mostBegun = 10;

const givenUp = {
  code: 'internal',
  message: `It was begun ${mostBegun} times by processes that ended before it did.`,
};

/** False when it was begun too often. */
async function begin(db: Kysely<Schema>, { documentId, version }: DocumentJob): Promise<boolean> {
  const { rows } = await sql`
    update baton.document_version set begun = begun + 1
    where document_id = ${documentId} and version = ${version} and begun < ${mostBegun}
    returning version`.execute(db);
  return rows.length > 0;
}

/** However it ended, the process is alive. */
async function end(db: Kysely<Schema>, { documentId, version }: DocumentJob): Promise<void> {
  await sql`
    update baton.document_version set begun = greatest(begun - 1, 0)
    where document_id = ${documentId} and version = ${version}`.execute(db);
}

async function makeWhole(context: IngestContext, first: JobAtHand, started: number): Promise<void> {
  const { db, log } = context;
  const { documentId, version } = first;
  let at: JobAtHand | undefined = first;
  if (at.status === 'waiting' || at.status === 'reading') {
    await readVersion(context, at);
    at = await lookAtJob(db, at);
  }
  while (at && (await embedOnce(context, at))) {
    if (!(await finishVersion(db, at))) continue;
    log.info({ documentId, version, ms: Math.round(performance.now() - started) }, 'a document is ready');
    return;
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
