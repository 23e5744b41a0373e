import { endRun, listSilentRuns, moveRun, type Run, touchRuns } from '../db/runs.ts';
import { listLeftovers } from '../db/threads.ts';
import { deleteThread } from './delete-thread.ts';
import { enqueueRun } from './enqueue-run.ts';
import { openEventLog } from './event-log.ts';
import type { TurnContext } from './turns.ts';

const beatEveryMs = 5_000;

/** After this long without a sign, a run belongs to a process that is gone. */
const silentAfterSeconds = 20;

/** Longer than watchers are waited for: a temporary thread whose turn ended this long ago was left behind. */
const leftoverAfterSeconds = 120;

/** Keeps this process's runs from looking abandoned, and takes up those of processes that are gone. The returned function stops it. */
export function watchOverRuns(context: TurnContext): () => void {
  const beat = async () => {
    await touchRuns(context.db, [...context.turns.live.keys()]);
    if (!context.turns.stopping) await recoverRuns(context, silentAfterSeconds);
  };
  const timer = setInterval(() => {
    beat().catch((error: unknown) => context.log.warn({ err: error }, 'runs could not be watched over'));
  }, beatEveryMs);
  timer.unref();
  return () => clearInterval(timer);
}

/**
 * Takes up what a process that is gone left: runs that waited are carried out here, runs that were under
 * way end with an error that says so, and temporary threads whose turn is over go. `seconds` is 0 where no other process can have the database.
 */
export async function recoverRuns(context: TurnContext, seconds: number): Promise<void> {
  for (const run of await listSilentRuns(context.db, seconds)) {
    if (context.turns.live.has(run.run_id)) continue;
    if (run.status === 'pending') enqueueRun(context, { threadId: run.thread_id, runId: run.run_id });
    else await endAbandoned(context, run);
  }
  for (const threadId of await listLeftovers(context.db, seconds && leftoverAfterSeconds))
    await deleteThread(context, threadId);
}

async function endAbandoned(context: TurnContext, run: Run): Promise<void> {
  if (!(await moveRun(context.db, run.run_id, 'running', 'error'))) return;
  const log = openEventLog(context, { threadId: run.thread_id, runId: run.run_id });
  const message = 'The service stopped while this turn ran.';
  await log.end({ type: 'turn-error', error: 'internal', message }, (trx) =>
    endRun(trx, run.run_id, 'error', 'error'),
  );
}
