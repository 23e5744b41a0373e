import type { Transaction } from 'kysely';
import { deleteRunCheckpoints } from '../checkpoint/delete-run-checkpoints.ts';
import { deleteRun } from '../db/runs.ts';
import type { Schema } from '../db/schema.ts';

/** Takes back what a run did to its thread, and the run itself; the log of what happened stays. */
export async function takeBackRun(
  trx: Transaction<Schema>,
  { threadId, runId }: { threadId: string; runId: string },
): Promise<void> {
  await deleteRunCheckpoints(trx, threadId, runId);
  await deleteRun(trx, runId);
}
