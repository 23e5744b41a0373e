import { LostThreadError } from '../db/events.ts';
import { endRun } from '../db/runs.ts';
import { statusBefore } from '../db/status-before.ts';
import type { TurnError } from '../turn-event.ts';
import { openEventLog } from './event-log.ts';
import { takeBackRun } from './take-back-run.ts';
import type { TurnContext } from './turns.ts';

/**
 * Ends a run that nobody carries out, with an error event, and takes it out of the queue; false when it is over already. All in one
 * transaction: no run is ever ended without its last event. One that is rolled back is deleted.
 */
export async function endWaitingRun(
  context: Pick<TurnContext, 'db' | 'turns' | 'bus' | 'queue' | 'metrics' | 'journal'>,
  { threadId, runId }: { threadId: string; runId: string },
  last: TurnError,
): Promise<boolean> {
  const status = last.error === 'cancelled' ? 'interrupted' : 'error';
  try {
    await openEventLog(context, { threadId, runId }).settle(async (trx) => {
      const threadStatus = await statusBefore(trx, { thread_id: threadId, run_id: runId });
      const ended = await endRun(trx, { runId, status, threadStatus, from: 'pending' });
      if (!ended) throw new OverError();
      await context.queue.dropRun(trx, runId);
      if (ended.webhook) await context.queue.addJob(trx, 'webhook', { runId });
      if (last.rolledBack) await takeBackRun(trx, { threadId, runId }); // another process may have begun it and handed it back
    }, last);
    return true;
  } catch (error) {
    if (error instanceof OverError || error instanceof LostThreadError) return false; // over, or gone with its thread
    throw error;
  }
}

/** Takes the event back. */
class OverError extends Error {
  override name = 'OverError';
}
