import { getRun } from '../db/runs.ts';
import { CallerError } from '../errors.ts';
import { endRunFrom } from './end-run-from.ts';
import { CancelledError } from './run-turn.ts';
import type { TurnContext } from './turns.ts';

/** Stops a run: at once where it runs, before it begins where it waits. A run that has ended is left as it is. */
export async function cancelRun(
  context: TurnContext,
  ids: { threadId: string; runId: string },
  _action: 'interrupt' | 'rollback' = 'interrupt',
): Promise<void> {
  const run = await getRun(context.db, ids.runId);
  if (!run || run.thread_id !== ids.threadId)
    throw new CallerError('not-found', `There is no run ${ids.runId}.`);
  const message = 'The turn was cancelled.';
  const last = { type: 'turn-error', error: 'cancelled', message } as const;
  if (run.status === 'pending' && (await endRunFrom(context, ids, 'pending', last))) return;
  context.turns.running.get(ids.runId)?.abort(new CancelledError(message));
}
