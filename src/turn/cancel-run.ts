import { askAllToStop, askToStop, askToStopUnwatched, getRun, type Run } from '../db/runs.ts';
import { CallerError } from '../errors.ts';
import type { TurnError } from '../turn-event.ts';
import { endWaitingRun } from './end-waiting-run.ts';
import type { TurnContext } from './turns.ts';

/**
 * Stops a run, whichever process carries it out: at its next breath where it runs, before it begins where it waits. `rollback` also
 * takes back what it did to its thread, and deletes it. A run that has ended is left as it is.
 *
 * Throws a `CallerError` (`not-found`).
 */
export async function cancelRun(
  context: TurnContext,
  { threadId, runId }: { threadId: string; runId: string },
  action: 'interrupt' | 'rollback' = 'interrupt',
): Promise<void> {
  const [asked] = await askToStop(context.db, { threadId, runId }, action);
  if (asked) return stopRun(context, asked);
  const run = await getRun(context.db, runId);
  if (run?.thread_id !== threadId) throw new CallerError('not-found', `There is no run ${runId}.`);
}

/** Stops all runs of the service that have not ended, or those of them that wait or run. As `cancelRun` stops one. */
export async function cancelRuns(
  context: TurnContext,
  which: 'pending' | 'running' | 'all',
  action: 'interrupt' | 'rollback',
): Promise<void> {
  for (const run of await askAllToStop(context.db, which, action)) await stopRun(context, run);
}

/** Stops a run whose watcher left `seconds` ago, unless it has come back since, to whichever process. */
export async function cancelUnlessWatched(
  context: TurnContext,
  runId: string,
  seconds: number,
): Promise<void> {
  const asked = await askToStopUnwatched(context.db, runId, seconds);
  if (asked) await stopRun(context, asked);
}

/** Stops a run that was asked to stop. */
export async function stopRun(context: TurnContext, run: Run): Promise<void> {
  const ids = { threadId: run.thread_id, runId: run.run_id };
  if (run.status === 'pending' && (await endWaitingRun(context, ids, cancellation(run)))) return;
  const here = context.turns.running.get(run.run_id);
  if (here) here.stop(new CancelledError(cancellation(run)));
  else context.bus.publish({ type: 'cancel', runId: run.run_id });
}

/** The event that a run which was asked to stop ends with. */
export function cancellation({ cancel }: Pick<Run, 'cancel'>): TurnError {
  if (cancel !== 'rollback')
    return { type: 'turn-error', error: 'cancelled', message: 'The turn was cancelled.' };
  const message = 'The turn was cancelled and taken back.';
  return { type: 'turn-error', error: 'cancelled', message, rolledBack: true };
}

/** The reason that a run is aborted with when someone asks for it, and the event that it ends with. */
export class CancelledError extends Error {
  override name = 'CancelledError';
  readonly end: TurnError;

  constructor(end: TurnError) {
    super(end.message);
    this.end = end;
  }
}
