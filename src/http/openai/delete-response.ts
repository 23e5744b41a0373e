import type { AppContext } from '../../app-context.ts';
import { deleteThreads } from '../../db/delete-idle-threads.ts';
import { deleteRun, listRuns, type Run } from '../../db/runs.ts';
import { CallerError } from '../../errors.ts';
import { askedOf } from './response-head.ts';

/**
 * Deletes a response that has ended: with all that is kept of its thread when it is the only one there. What was said in
 * a thread that goes on stays part of it. Throws a `CallerError` (`conflict`) for one that has not ended.
 */
export async function deleteResponse(context: AppContext, run: Run): Promise<void> {
  if (run.status === 'pending' || run.status === 'running') {
    throw new CallerError('conflict', 'The response has not ended: cancel it first.');
  }
  const runs = await listRuns(context.db, run.thread_id, { limit: 2 });
  const alone = runs.length === 1 && !askedOf(run).conversation;
  if (alone && (await deleteThreads(context.db, [run.thread_id])).length > 0) return;
  await deleteRun(context.db, run.run_id);
}
