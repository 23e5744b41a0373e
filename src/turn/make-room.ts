import { endRun, listOpenRuns } from '../db/runs.ts';
import type { Claim } from '../queue/open-queue.ts';
import type { TurnError } from '../turn-event.ts';
import { openEventLog } from './event-log.ts';
import { LostClaimError } from './lost-claim-error.ts';
import type { TurnContext } from './turns.ts';

/**
 * Ends a run that stands in the way of a claimed one: it says that it runs on the same thread, and the queue, which gives out one
 * run of a thread at a time, knows nothing of it any more.
 */
export async function makeRoom(context: TurnContext, { id, threadId }: Claim): Promise<void> {
  const open = await listOpenRuns(context.db, threadId);
  for (const { run_id: runId, status } of open) {
    if (status !== 'running' || runId === id) continue;
    await openEventLog(context, { threadId, runId }).settle(async (trx) => {
      const ended = await endRun(trx, { runId, from: 'running', status: 'error', threadStatus: 'error' });
      if (!ended) throw new LostClaimError('The run that stood in the way is another one by now.');
    }, abandoned);
    context.log.warn({ threadId, runId }, 'a run was left behind and is ended');
  }
}

const abandoned: TurnError = {
  type: 'turn-error',
  error: 'internal',
  message: 'The turn was left behind by a process that is gone.',
};
