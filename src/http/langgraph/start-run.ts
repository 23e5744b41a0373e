import type { Context } from 'hono';
import type { AppContext } from '../../app-context.ts';
import { acceptOnce } from '../accept-once.ts';
import type { HttpEnv } from '../http-env.ts';
import { readBody } from '../read-body.ts';
import { copiedHeaders } from './copied-headers.ts';
import { type RunRequest, runRequestSchema } from './run-request.ts';
import { isTemporary, toTurn } from './to-turn.ts';

export interface StartedRun {
  threadId: string;
  runId: string;
  request: RunRequest;
}

/**
 * Reads the body of a request that starts a run and has the turn accepted, or finds the run that it started before under its
 * idempotency key. Without a thread, the run gets one of its own. Tells the client where the run is.
 */
export async function startRun(
  context: AppContext,
  c: Context<HttpEnv>,
  threadId?: string,
): Promise<StartedRun> {
  const request = await readBody(c, runRequestSchema);
  const headers = copiedHeaders(c.req.raw.headers);
  const ids = await acceptOnce(context, c, ({ sure }) =>
    toTurn(context, request, { threadId, headers, sure }),
  );
  const path = isTemporary(request, threadId)
    ? `/runs/${ids.runId}`
    : `/threads/${ids.threadId}/runs/${ids.runId}`;
  c.header('Content-Location', path);
  c.header('Location', `${path}/stream`);
  return { threadId: ids.threadId, runId: ids.runId, request };
}
