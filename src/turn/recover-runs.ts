import { listSilentRuns, touchRuns } from '../db/runs.ts';
import { listLeftovers } from '../db/threads.ts';
import type { TurnError } from '../turn-event.ts';
import { deleteThread } from './delete-thread.ts';
import { endRunFrom } from './end-run-from.ts';
import { enqueueRun } from './enqueue-run.ts';
import type { TurnContext } from './turns.ts';

const beatEveryMs = 5_000;

/** After this long without a sign, a run belongs to a process that is gone. */
const silentAfterSeconds = 20;

/** Longer than watchers are waited for: a temporary thread whose turn ended this long ago was left behind. */
const leftoverAfterSeconds = 120;

/** Keeps this process's runs from looking abandoned, and takes up those of processes that are gone where `recover` is set. The returned function stops it. */
export function watchOverRuns(context: TurnContext, recover: boolean): () => void {
  const beat = async () => {
    await touchRuns(context.db, [...context.turns.live.keys()]);
    if (recover && !context.turns.stopping) await recoverRuns(context, silentAfterSeconds);
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
    else await endRunFrom(context, { threadId: run.thread_id, runId: run.run_id }, 'running', abandoned);
  }
  for (const threadId of await listLeftovers(context.db, seconds && leftoverAfterSeconds))
    await deleteThread(context, threadId);
}

const abandoned: TurnError = {
  type: 'turn-error',
  error: 'internal',
  message: 'The service stopped while this turn ran.',
};
