import { endRun, getRun, moveRun } from '../db/runs.ts';
import { CallerError } from '../errors.ts';
import { openEventLog } from './event-log.ts';
import { CancelledError } from './run-turn.ts';
import type { TurnContext } from './turns.ts';

/** Stops a run: at once where it runs, before it begins where it waits. A run that has ended is left as it is. */
export async function cancelRun(
  context: TurnContext,
  ids: { threadId: string; runId: string },
): Promise<void> {
  const run = await getRun(context.db, ids.runId);
  if (!run || run.thread_id !== ids.threadId)
    throw new CallerError('not-found', `There is no run ${ids.runId}.`);
  const message = 'The turn was cancelled.';
  if (await moveRun(context.db, ids.runId, 'pending', 'interrupted')) {
    const log = openEventLog(context, ids);
    const last = { type: 'turn-error', error: 'cancelled', message } as const;
    await log.end(last, (trx) => endRun(trx, ids.runId, 'interrupted', 'idle'));
  } else context.turns.running.get(ids.runId)?.abort(new CancelledError(message));
}
