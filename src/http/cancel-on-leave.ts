import type { Context } from 'hono';
import type { AppContext } from '../app-context.ts';
import type { Logger } from '../log.ts';
import { cancelRun } from '../turn/cancel-run.ts';
import { faultOf } from './fault.ts';

/** Stops a run whose client has left. It may have ended meanwhile: that is no failure. */
export function cancelOnLeave(
  context: AppContext,
  log: Logger,
  ids: { threadId: string; runId: string },
): void {
  cancelRun(context, ids).catch((error) => {
    if (faultOf(error).status === 500) log.error({ err: error, ...ids }, 'a run could not be cancelled');
  });
}

/** Whether a client that leaves is to be expected again: it can find what it asked for under its `Idempotency-Key`. */
export function comesAgain(c: Context): boolean {
  return c.req.header('idempotency-key') !== undefined;
}
