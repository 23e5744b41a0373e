import type { Kysely } from 'kysely';
import { isUnavailable } from '../db/is-unavailable.ts';
import type { Schema } from '../db/schema.ts';
import { CallerError } from '../errors.ts';
import type { DocumentJob, IngestContext } from '../knowledge/ingest/document-job.ts';
import { failDocument } from '../knowledge/ingest/fail-document.ts';
import type { Queue } from '../queue/open-queue.ts';

/** How often a document is tried that fails for a reason that is not its own, and how the pauses grow, in seconds. */
const tries = { most: 12, first: 5, longest: 600 };

interface QueuedDocument extends DocumentJob {
  /** How often it has failed. */
  failures?: number;
}

/**
 * Works off the documents that are added, a few at a time, each for its tenant, until the signal says so. `db` is for statements that may
 * take long. What it returns resolves, after that, when nothing is under way any more.
 */
export async function workOffDocuments(
  context: Omit<IngestContext, 'db' | 'signal'> & { queue: Queue },
  db: Kysely<Schema>,
  { atOnce, signal }: { atOnce: number; signal: AbortSignal },
): Promise<() => Promise<unknown>> {
  const underWay = new Set<Promise<void>>();
  await context.queue.workOff(
    'document',
    async ({ data, signal: lost }) => {
      const ended = AbortSignal.any([signal, lost]);
      const work = workOff({ ...context, db, signal: ended }, data as QueuedDocument); // as `addDocument` adds it
      underWay.add(work);
      await work.finally(() => underWay.delete(work));
    },
    atOnce,
  );
  return () => Promise.allSettled(underWay);
}

async function workOff(
  context: IngestContext & { queue: Queue; signal: AbortSignal },
  job: QueuedDocument,
): Promise<void> {
  const { carryOutDocument } = await import('../knowledge/ingest/carry-out-document.ts');
  try {
    await carryOutDocument(context, job);
  } catch (error) {
    if (context.signal.aborted || isUnavailable(error)) throw error;
    await tryLater(context, job, error);
  }
}

/** As another job: how often it failed is not how often its process did. */
async function tryLater(
  { db, queue, log }: Pick<IngestContext, 'db' | 'log'> & { queue: Queue },
  { documentId, version, failures = 0 }: QueuedDocument,
  error: unknown,
): Promise<void> {
  const job = { documentId, version };
  log.warn({ err: error, ...job, failures }, 'a document could not be worked off');
  if (failures + 1 >= tries.most) return failDocument(db, job, reasonOf(error));
  const seconds = Math.min(tries.first * 2 ** failures, tries.longest);
  const startAfter = new Date(Date.now() + seconds * 1_000);
  await queue.addJob(db, 'document', { ...job, failures: failures + 1 }, { startAfter });
}

/** Only what errors of a model and of budgets say may be shown; any other is a fault of ours. */
function reasonOf(error: unknown): { code: string; message: string } {
  if (error instanceof CallerError || (error instanceof Error && error.name === 'ModelError'))
    return { code: 'not-embedded', message: `Its chunks cannot be embedded: ${error.message}` };
  return {
    code: 'internal',
    message: 'It could not be worked off. The reason is in the log of the service.',
  };
}
