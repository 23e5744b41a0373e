import { endRun, moveRun } from '../db/runs.ts';
import type { RunStatus } from '../db/schema.ts';
import type { TurnError } from '../turn-event.ts';
import { openEventLog } from './event-log.ts';
import type { TurnContext } from './turns.ts';

/**
 * Ends a run that is not carried out with an error event, if it still has the status `from`; false when someone
 * else moved it. All in one transaction: no run is ever ended without its last event.
 */
export async function endRunFrom(
  context: Pick<TurnContext, 'db' | 'turns'>,
  ids: { threadId: string; runId: string },
  from: RunStatus,
  last: TurnError,
): Promise<boolean> {
  const [status, threadStatus] =
    last.error === 'cancelled' ? (['interrupted', 'idle'] as const) : (['error', 'error'] as const);
  try {
    await openEventLog(context, ids).end(last, async (trx) => {
      if (!(await moveRun(trx, ids.runId, from, status))) throw new MovedError();
      await endRun(trx, ids.runId, status, threadStatus);
    });
    return true;
  } catch (error) {
    if (error instanceof MovedError) return false;
    throw error;
  }
}

/** Takes the event back. */
class MovedError extends Error {
  override name = 'MovedError';
}
