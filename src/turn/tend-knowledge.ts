import { setTimeout as delay } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import { isUnavailable } from '../db/is-unavailable.ts';
import type { Schema } from '../db/schema.ts';
import { sweepChunkIndexes } from '../knowledge/embed/chunk-index.ts';
import { fillSpaces } from '../knowledge/embed/fill-spaces.ts';
import type { IngestContext } from '../knowledge/ingest/document-job.ts';
import type { Queue } from '../queue/open-queue.ts';
import { every } from './keep-house.ts';
import { workOffDocuments } from './work-off-documents.ts';

const fillEveryMs = 600_000;
/** How long what is under way may take to break off. */
const mostWaitMs = 5_000;
const indexEveryMs = 10_000;

export interface KnowledgeWork extends Omit<IngestContext, 'db' | 'signal'> {
  queue: Queue;
  config: { knowledge: { concurrency: number } };
}

/**
 * Works off documents, and embeds what is not embedded with the model of the config: at once, and from time to time. `db` is for statements
 * that may take long. Spaces that have grown large are given an index. The returned function ends it, and resolves when nothing is under way;
 * that goes on where it was, in whichever process.
 */
export async function tendKnowledge(
  context: KnowledgeWork,
  db: Kysely<Schema>,
): Promise<() => Promise<void>> {
  const { config, log } = context;
  const ending = new AbortController();
  const { signal } = ending;
  const since = new Date();
  const fill = async () => {
    try {
      await fillSpaces({ ...context, db, since, signal });
    } catch (error) {
      if (signal.aborted || isUnavailable(error)) return;
      log.warn({ err: error }, 'not all collections are embedded with this model yet');
    }
  };
  const settled = await workOffDocuments(context, db, { atOnce: config.knowledge.concurrency, signal });
  let filling = fill();
  const stop = every(fillEveryMs, log, () => (filling = filling.then(fill)));
  let restsUntil = 0;
  const stopIndexing = every(indexEveryMs, log, async () => {
    if (Date.now() < restsUntil) return;
    await sweepChunkIndexes(db, { signal }).catch((error: unknown) => {
      if (signal.aborted) return;
      restsUntil = Date.now() + fillEveryMs; // what fails now may take long to fail again
      throw error;
    });
  });
  return async () => {
    stop();
    stopIndexing();
    ending.abort();
    await Promise.race([Promise.all([settled(), filling]), delay(mostWaitMs, undefined, { ref: false })]);
  };
}
