import type { Context } from 'hono';
import type { AppContext } from '../app-context.ts';
import type { Logger } from '../log.ts';
import { cancelRun, cancelUnlessWatched } from '../turn/cancel-run.ts';
import { faultOf } from './fault.ts';

/** How long a client whose connection broke has to come back: LangGraph's SDK waits a second or two. */
const graceSeconds = 3;

interface Left {
  threadId: string;
  runId: string;
}

/** Stops a run whose client has left for good. It may have ended meanwhile: that is no failure. */
export function cancelOnLeave(context: AppContext, log: Logger, ids: Left): void {
  cancelRun(context, ids).catch((error) => tell(log, ids, error));
}

/** The same for clients that know where to come back: the run is stopped when they have not done so after a moment. */
export function cancelUnlessBack(context: AppContext, log: Logger, ids: Left): void {
  const timer = setTimeout(() => {
    cancelUnlessWatched(context, ids.runId, graceSeconds).catch((error) => tell(log, ids, error));
  }, graceSeconds * 1_000);
  timer.unref();
}

function tell(log: Logger, ids: Left, error: unknown): void {
  if (faultOf(error).status === 500) log.error({ err: error, ...ids }, 'a run could not be cancelled');
}

/** Whether a client that leaves is to be expected again: it can find what it asked for under its `Idempotency-Key`. */
export function comesAgain(c: Context): boolean {
  return c.req.header('idempotency-key') !== undefined;
}
