import { endRun, listSilentRuns, moveRun, touchRuns } from '../db/runs.ts';
import { enqueueRun } from './enqueue-run.ts';
import { openEventLog } from './event-log.ts';
import type { TurnContext } from './turns.ts';

const beatEveryMs = 5_000;

/** After this long without a sign, a run belongs to a process that is gone. */
export const silentAfterSeconds = 20;

/** Keeps this process's runs from looking abandoned. The returned function stops it. */
export function keepRunsAlive({ db, turns, log }: TurnContext): () => void {
  const timer = setInterval(() => {
    touchRuns(db, [...turns.live.keys()]).catch((error) =>
      log.warn({ err: error }, 'runs could not be kept alive'),
    );
  }, beatEveryMs);
  timer.unref();
  return () => clearInterval(timer);
}

/**
 * Takes up what a process that is gone left: runs that waited are carried out here, runs that were under
 * way end with an error that says so. `seconds` is 0 where no other process can have the database.
 */
export async function recoverRuns(context: TurnContext, seconds: number): Promise<void> {
  for (const run of await listSilentRuns(context.db, seconds)) {
    const ids = { threadId: run.thread_id, runId: run.run_id };
    if (context.turns.live.has(run.run_id)) continue;
    if (run.status === 'pending') enqueueRun(context, ids);
    else if (await moveRun(context.db, run.run_id, 'running', 'error')) {
      const log = openEventLog(context, ids);
      log.append({
        type: 'turn-error',
        error: 'internal',
        message: 'The service stopped while this turn ran.',
      });
      await log.flush();
      await endRun(context.db, run.run_id, 'error', 'error');
    }
  }
}
