import type { Context } from 'hono';
import type { AppContext } from '../../app-context.ts';
import { getRun, type Run } from '../../db/runs.ts';
import { CallerError } from '../../errors.ts';
import type { HumanMessage, JsonObject } from '../../message.ts';
import type { TurnRequest } from '../../turn/turn-request.ts';
import { acceptOnce } from '../accept-once.ts';
import { checkInput } from '../check-input.ts';
import type { HttpEnv } from '../http-env.ts';
import { toContext, versionSchema } from './completion-request.ts';
import { findModel } from './model-routes.ts';
import { askedOf, type HeadedRun } from './response-head.ts';
import { responseIdOf } from './response-ids.ts';
import { readInput } from './response-input.ts';
import { findPlace, type Place } from './response-place.ts';
import type { ResponseRequest } from './response-request.ts';

/** Has the turn of a request accepted, and tells the client where its response is. */
export async function startResponse(
  context: AppContext,
  c: Context<HttpEnv>,
  request: ResponseRequest,
): Promise<HeadedRun> {
  const turn = readTurn(context, request);
  const ids = await acceptOnce(context, c, async () => ({
    ...turn,
    ...turnOf(await findPlace(context, request), request),
  }));
  c.header('Location', `/v1/responses/${responseIdOf(ids.runId)}`);
  const made = { ...turn, run_id: ids.runId, thread_id: ids.threadId, created_at: new Date() };
  return (await getRun(context.db, ids.runId)) ?? made; // what is not kept may be over and gone
}

/** What of a turn the request alone says. */
function readTurn({ graphs }: AppContext, request: ResponseRequest) {
  const { name: graph } = findModel(graphs, request.model);
  const { graph_version: wanted, ...metadata } = request.metadata ?? {};
  const { graph_version: version } = checkInput(versionSchema, {
    metadata: { graph_version: wanted },
  }).metadata;
  const { input: _input, metadata: _metadata, ...asked } = request;
  const kwargs: JsonObject = JSON.parse(JSON.stringify(asked)); // without the absent fields, it is JSON
  const multitask = 'enqueue' as const;
  return { graph, version, metadata, kwargs, multitask, temporary: request.store === false };
}

function turnOf(
  { threadId, checkpointId, history = [], before }: Place,
  request: ResponseRequest,
): Pick<TurnRequest, 'threadId' | 'checkpointId' | 'history' | 'input' | 'resume' | 'ifNotExists'> {
  const { earlier, messages, resume } = readInput(request.input);
  if (threadId && earlier.length > 0) throw refuseEarlier();
  const context = contextOf(request, before);
  return {
    ifNotExists: threadId ? 'reject' : 'create',
    ...(threadId ? { threadId } : { history: [...history, ...context, ...earlier] }),
    ...(checkpointId && { checkpointId }),
    ...(resume ? { resume, input: [] } : { input: threadId ? [...context, ...messages] : messages }),
  };
}

/** The instructions, as context that agents read; nothing while they stay those of the run before, which the thread has. */
function contextOf({ instructions }: ResponseRequest, before: Run | undefined): HumanMessage[] {
  if (!instructions || (before && askedOf(before).instructions === instructions)) return [];
  return [toContext(instructions)];
}

function refuseEarlier(): CallerError {
  const message = 'send only what is new: what agents said is in the thread already';
  return new CallerError('invalid-request', 'The request is not valid.', {
    issues: [{ path: 'input', message }],
  });
}
