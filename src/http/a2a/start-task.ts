import { createHash } from 'node:crypto';
import type { Message, SendMessageRequest } from '@a2a-js/sdk';
import { ContentTypeNotSupportedError } from '@a2a-js/sdk/errors';
import type { Context } from 'hono';
import { z } from 'zod';
import type { AppContext } from '../../app-context.ts';
import { getRun } from '../../db/runs.ts';
import { CallerError } from '../../errors.ts';
import type { JsonObject } from '../../message.ts';
import type { IdempotencyClaim, TurnRequest } from '../../turn/turn-request.ts';
import { acceptOnce } from '../accept-once.ts';
import { checkInput } from '../check-input.ts';
import type { HttpEnv } from '../http-env.ts';
import { copiedHeaders } from '../langgraph/copied-headers.ts';
import type { FoundAssistant } from '../langgraph/find-assistant.ts';
import { mergeRunConfig, mergeRunMetadata } from '../langgraph/merge-run-config.ts';
import { type FoundTask, findTask, noTask, taskOf } from './find-task.ts';
import { readTask } from './follow-task.ts';
import { readMessage } from './read-message.ts';

const contextSchema = z.object({
  message: z.object({ contextId: z.guid('expected a UUID: it is the id of a thread').toLowerCase() }),
});
const outputs = /^(\*|text)\/(\*|plain)$|^application\/(\*|json)$/i;

/** Has the turn of a message accepted, once, and finds the task that it begins or goes on with. */
export async function startTask(
  context: AppContext,
  c: Context<HttpEnv>,
  assistant: FoundAssistant,
  request: SendMessageRequest,
): Promise<FoundTask> {
  const { message, configuration } = request;
  if (!message) throw new CallerError('invalid-request', 'The request has no message.');
  const modes = configuration?.acceptedOutputModes ?? [];
  if (modes.length > 0 && !modes.some((mode) => outputs.test(mode)))
    throw new ContentTypeNotSupportedError('Answers are text/plain and application/json.');
  const read = readMessage(message);
  const ids = await acceptOnce(
    context,
    c,
    async (): Promise<TurnRequest> => {
      const threadId = await findThread(context, assistant, message);
      return { ...turnOf(c, assistant, request), ...read, ...(threadId && { threadId }) };
    },
    claimOf(assistant, message),
  );
  const run = await getRun(context.db, ids.runId);
  if (!run) throw noTask(ids.runId);
  return taskOf(context, run);
}

function turnOf(
  c: Context<HttpEnv>,
  assistant: FoundAssistant,
  { message, metadata }: SendMessageRequest,
): Omit<TurnRequest, 'input'> {
  const headers = copiedHeaders(c.req.raw.headers);
  const config = mergeRunConfig(assistant, { config: { configurable: headers } });
  return {
    graph: assistant.graph.name,
    assistantId: assistant.assistantId,
    ifNotExists: 'create',
    metadata: mergeRunMetadata(assistant, { metadata: metadata as JsonObject | undefined }), // out of a JSON body
    kwargs: { message_id: message?.messageId ?? '' },
    config,
    version: config.configurable?.graph_version === 'newest' ? 'newest' : 'pinned',
    multitask: 'enqueue',
  };
}

/** Where the message belongs: the thread of its task, which must wait for it, or its context. */
async function findThread(
  context: AppContext,
  { assistantId }: FoundAssistant,
  message: Message,
): Promise<string | undefined> {
  const contextId = message.contextId ? checkInput(contextSchema, { message }).message.contextId : undefined;
  if (!message.taskId) return contextId;
  const task = await findTask(context, assistantId, message.taskId);
  if (contextId && contextId !== task.contextId) {
    const issues = [{ path: 'message.contextId', message: `the task is in the context ${task.contextId}` }];
    throw new CallerError('invalid-request', 'The request is not valid.', { issues });
  }
  const { log } = await readTask(context, task);
  if (log.waits) return task.contextId;
  throw new CallerError(
    'conflict',
    'The task does not wait for an answer. Send the message without taskId to go on in its context.',
  );
}

/**
 * A message sent again is the same. Ids of messages are unique to their sender alone: within a context they are known to be
 * one sender's, and without one when they are random.
 */
function claimOf(
  { assistantId }: FoundAssistant,
  { messageId, contextId, taskId, parts }: Message,
): IdempotencyClaim | undefined {
  if (!messageId || (!contextId && !z.guid().safeParse(messageId).success)) return undefined;
  const hash = createHash('sha256').update(JSON.stringify({ taskId, parts })).digest('hex');
  return { scope: `a2a ${assistantId} ${contextId.toLowerCase()}`, key: messageId, hash };
}
