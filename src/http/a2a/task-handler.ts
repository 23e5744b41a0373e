import { type SendMessageRequest, type StreamResponse, type Task, TaskState } from '@a2a-js/sdk';
import {
  ExtendedAgentCardNotConfiguredError,
  PushNotificationNotSupportedError,
  TaskNotCancelableError,
  UnsupportedOperationError,
} from '@a2a-js/sdk/errors';
import type { A2ARequestHandler } from '@a2a-js/sdk/server';
import type { Context } from 'hono';
import type { AppContext } from '../../app-context.ts';
import { cancelRun } from '../../turn/cancel-run.ts';
import { StreamMovedError } from '../../turn/stream-moved-error.ts';
import type { HttpEnv } from '../http-env.ts';
import type { FoundAssistant } from '../langgraph/find-assistant.ts';
import { toA2aError } from './a2a-error.ts';
import { agentCard } from './agent-card.ts';
import { askedUrl } from './asked-url.ts';
import { type FoundTask, findTask } from './find-task.ts';
import { followTask, type ReadTask, readTask, readTaskBefore } from './follow-task.ts';
import { listTasks } from './list-tasks.ts';
import { startTask } from './start-task.ts';
import { withHistory } from './with-history.ts';

export interface HandlerOptions {
  assistant: FoundAssistant;
  signal: AbortSignal;
  /** The message's turn is accepted: what comes may take long. */
  onAccepted(): void;
  /** Hears of what went wrong, before the client is told what it may know. */
  onError(error: unknown): void;
}

/**
 * Does what an agent asks of an assistant, whichever version of the protocol it speaks. Holds nothing between requests:
 * tasks are read from the log, on any replica and after a restart.
 */
export function openTaskHandler(
  context: AppContext,
  c: Context<HttpEnv>,
  { assistant, signal, onAccepted, onError }: HandlerOptions,
): A2ARequestHandler {
  const card = agentCard(assistant, askedUrl(c));
  const find = (id: string) => findTask(context, assistant.assistantId, id);

  async function sendMessage(request: SendMessageRequest): Promise<Task> {
    const task = await startTask(context, c, assistant, request);
    onAccepted();
    const read = await readTask(context, task);
    if (!request.configuration?.returnImmediately) await finish(read);
    return withHistory(read.log.task(), request.configuration?.historyLength);
  }

  async function* sendMessageStream(request: SendMessageRequest): AsyncGenerator<StreamResponse> {
    const read = await readTaskBefore(context, await startTask(context, c, assistant, request));
    yield* stream(read, request.configuration?.historyLength);
  }

  async function cancelTask(task: FoundTask): Promise<Task> {
    const read = await readTask(context, task);
    if (!read.log.rests) {
      await cancelRun(context, { threadId: read.run.thread_id, runId: read.run.run_id });
      await finish(read);
    }
    if (read.log.state === TaskState.TASK_STATE_CANCELED) return read.log.task();
    const waits = 'The task waits for an answer, and nothing of it runs: refuse, or say something else.';
    throw new TaskNotCancelableError(read.log.waits ? waits : 'The task has ended.');
  }

  async function* resubscribe(task: FoundTask, version: string): AsyncGenerator<StreamResponse> {
    const read = await readTask(context, task);
    const isOver = read.log.rests && !read.log.waits;
    if (isOver && version !== '0.3')
      throw new UnsupportedOperationError('The task has ended: get it instead.');
    yield* stream(read);
  }

  async function* stream(read: ReadTask, historyLength?: number): AsyncGenerator<StreamResponse> {
    yield { payload: { $case: 'task', value: withHistory(read.log.task(), historyLength) } };
    yield* followTask(context, read, signal);
  }

  async function finish(read: ReadTask): Promise<void> {
    for await (const _ of followTask(context, read, signal));
  }

  async function told<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      onError(error);
      throw toA2aError(error);
    }
  }

  async function* toldOver<T>(work: () => AsyncGenerator<T>): AsyncGenerator<T, void, undefined> {
    try {
      yield* work();
    } catch (error) {
      onError(error);
      throw error instanceof StreamMovedError ? error : toA2aError(error); // the connection is cut: clients come back
    }
  }

  const noPush = async (): Promise<never> => {
    throw new PushNotificationNotSupportedError();
  };
  return {
    getAgentCard: async () => card,
    getAuthenticatedExtendedAgentCard: async () => {
      throw new ExtendedAgentCardNotConfiguredError();
    },
    sendMessage: (request) => told(() => sendMessage(request)),
    sendMessageStream: (request) => toldOver(() => sendMessageStream(request)),
    getTask: ({ id, historyLength }) =>
      told(async () => withHistory((await readTask(context, await find(id))).log.task(), historyLength)),
    cancelTask: ({ id }) => told(async () => cancelTask(await find(id))),
    resubscribe: ({ id }, { requestedVersion }) =>
      toldOver(async function* () {
        yield* resubscribe(await find(id), requestedVersion);
      }),
    listTasks: (request) => told(() => listTasks(context, assistant.assistantId, request)),
    createTaskPushNotificationConfig: noPush,
    getTaskPushNotificationConfig: noPush,
    listTaskPushNotificationConfigs: noPush,
    deleteTaskPushNotificationConfig: noPush,
  };
}
