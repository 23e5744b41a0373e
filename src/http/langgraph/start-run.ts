import type { Context } from 'hono';
import type { AppContext } from '../../app-context.ts';
import { CallerError } from '../../errors.ts';
import { acceptTurn } from '../../turn/accept-turn.ts';
import { readState } from '../../turn/thread-state.ts';
import type { HttpEnv } from '../http-env.ts';
import { readBody } from '../read-body.ts';
import { findAssistant } from './find-assistant.ts';
import { mergeRunConfig, mergeRunMetadata } from './merge-run-config.ts';
import { kwargsOf, type RunRequest, resumeOf, runRequestSchema } from './run-request.ts';

export interface StartedRun {
  threadId: string;
  runId: string;
  request: RunRequest;
}

/**
 * Reads the body of a request that starts a run and has the turn accepted. Without a thread, the run gets
 * one of its own, which goes with its end unless `on_completion` is `keep`. Tells the client where the run is.
 */
export async function startRun(
  context: AppContext,
  c: Context<HttpEnv>,
  threadId?: string,
): Promise<StartedRun> {
  const request = await readBody(c, runRequestSchema);
  const assistant = await findAssistant(context, request.assistant_id);
  const config = mergeRunConfig(assistant, request);
  if (threadId) await refuseFork(context, threadId, request);
  const temporary = !threadId && request.on_completion !== 'keep';
  const ids = await acceptTurn(context, {
    graph: assistant.graph.name,
    assistantId: assistant.assistantId,
    ...(threadId && { threadId }),
    ifNotExists: request.if_not_exists ?? 'reject',
    input: request.input ?? [],
    ...resumeOf(request),
    metadata: mergeRunMetadata(assistant, request),
    kwargs: kwargsOf(request),
    config,
    version: config.configurable?.graph_version === 'newest' ? 'newest' : 'pinned',
    multitask: request.multitask_strategy ?? 'enqueue',
    temporary,
  });
  c.set('threadId', ids.threadId);
  c.set('runId', ids.runId);
  const path = temporary ? `/runs/${ids.runId}` : `/threads/${ids.threadId}/runs/${ids.runId}`;
  c.header('Content-Location', path);
  c.header('Location', `${path}/stream`);
  return { ...ids, request };
}

/** Clients send the checkpoint that they see the thread at: only the newest can be gone on from. */
async function refuseFork(context: AppContext, threadId: string, request: RunRequest): Promise<void> {
  const asked = request.checkpoint_id ?? request.checkpoint?.checkpoint_id;
  if (!asked) return;
  const newest = await readState(context, threadId);
  if (newest && newest.checkpointId !== asked) {
    throw new CallerError(
      'unprocessable',
      'A run can only go on from the newest checkpoint: forks are not supported.',
    );
  }
}
