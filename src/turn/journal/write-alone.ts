import type { Kysely } from 'kysely';
import { appendEvents } from '../../db/events.ts';
import type { Schema } from '../../db/schema.ts';
import type { Batch } from './batch.ts';

/**
 * Writes what one run has to write, a statement each, waiting for whoever has its rows, and returns the thread's last number. What
 * stands there already is left as it is: the batch may have been written before, and its answer lost. A run does not end here.
 *
 * Rejects with a `LostThreadError` or a `LostOwnerError` when the thread has another owner.
 */
export async function writeAlone(
  db: Kysely<Schema>,
  { threadId, runId, owner, after, events, checkpoints }: Batch,
): Promise<number> {
  for (const { saveAlone } of checkpoints) await saveAlone();
  if (events.length === 0) return after;
  return appendEvents(db, { threadId, runId, owner, after }, events);
}
