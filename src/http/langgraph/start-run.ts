import type { Context } from 'hono';
import type { AppContext } from '../../app-context.ts';
import { findAcceptedRun } from '../../db/idempotency-keys.ts';
import { getRun } from '../../db/runs.ts';
import { CallerError } from '../../errors.ts';
import { type AcceptedTurn, acceptTurn, type IdempotencyClaim } from '../../turn/accept-turn.ts';
import type { HttpEnv } from '../http-env.ts';
import { markReplayed, readIdempotency } from '../idempotency.ts';
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
  const ids = await accept(context, c, request, threadId);
  c.set('threadId', ids.threadId);
  c.set('runId', ids.runId);
  const path = isTemporary(request, threadId)
    ? `/runs/${ids.runId}`
    : `/threads/${ids.threadId}/runs/${ids.runId}`;
  c.header('Content-Location', path);
  c.header('Location', `${path}/stream`);
  if (ids.replayed) await confirmReplay(context, c, ids);
  return { threadId: ids.threadId, runId: ids.runId, request };
}

/** What was accepted before is looked for first: what it found then need not be there any more. */
async function accept(
  context: AppContext,
  c: Context<HttpEnv>,
  request: RunRequest,
  threadId: string | undefined,
): Promise<AcceptedTurn> {
  const idempotency: IdempotencyClaim | undefined = await readIdempotency(c);
  const before = idempotency && (await findAcceptedRun(context.db, idempotency));
  if (before) return { ...before, replayed: true };
  const turn = await toTurn(context, request, { threadId, headers: copiedHeaders(c.req.raw.headers) });
  return acceptTurn(context, { ...turn, ...(idempotency && { idempotency }) });
}

async function confirmReplay(
  { db }: AppContext,
  c: Context<HttpEnv>,
  { runId }: { runId: string },
): Promise<void> {
  markReplayed(c);
  if (await getRun(db, runId)) return;
  throw new CallerError('not-found', `The run ${runId}, which this Idempotency-Key started, is gone.`);
}
