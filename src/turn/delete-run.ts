import type { Transaction } from 'kysely';
import { listOpenRuns } from '../db/runs.ts';
import type { Schema } from '../db/schema.ts';
import { CallerError } from '../errors.ts';
import { takeBackRun } from './take-back-run.ts';
import { readState } from './thread-state.ts';
import type { TurnContext } from './turns.ts';

/**
 * Deletes a run that has ended, and the states that it saved, but for those that a later run goes on from. The log of what happened
 * stays.
 *
 * Throws a `CallerError`: `not-found`, and `conflict` while it is open, or another run of its thread runs, which may go on from
 * what would be deleted.
 */
export async function deleteRun(
  context: TurnContext,
  { threadId, runId }: { threadId: string; runId: string },
): Promise<void> {
  await context.db.transaction().execute((trx) => deleteFrom(trx, threadId, runId));
  const state = await readState(context, threadId);
  const status = state && state.next.length > 0 ? 'interrupted' : 'idle';
  await context.db
    .updateTable('baton.thread')
    .set({ status })
    .where('thread_id', '=', threadId)
    .where('status', '<>', 'busy')
    .execute();
}

/** Holds the thread's row, so that no run begins meanwhile. */
async function deleteFrom(trx: Transaction<Schema>, threadId: string, runId: string): Promise<void> {
  await trx
    .selectFrom('baton.thread')
    .select('thread_id')
    .where('thread_id', '=', threadId)
    .forUpdate()
    .execute();
  const run = await trx
    .selectFrom('baton.run')
    .select('status')
    .where('run_id', '=', runId)
    .where('thread_id', '=', threadId)
    .executeTakeFirst();
  if (!run) throw new CallerError('not-found', `There is no run ${runId}.`);
  const open = await listOpenRuns(trx, threadId);
  if (open.some(({ run_id, status }) => run_id === runId || status === 'running')) {
    throw new CallerError('conflict', 'A run of this thread has not ended: wait for it, or cancel it first.');
  }
  await takeBackRun(trx, { threadId, runId });
}
