import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import type { AppContext } from '../../app-context.ts';
import { CallerError } from '../../errors.ts';
import { acceptTurn } from '../../turn/accept-turn.ts';
import { cancelRun } from '../../turn/cancel-run.ts';
import { StreamMovedError } from '../../turn/stream-moved-error.ts';
import type { IdempotencyClaim } from '../../turn/turn-request.ts';
import { watchRun } from '../../turn/watch-run.ts';
import type { LoggedEvent } from '../../turn-event.ts';
import { checkInput } from '../check-input.ts';
import { answerOf, extensionOf } from '../openai/completion.ts';
import { describeProgress } from './describe-progress.ts';
import { type GraphOutput, graphInputSchema } from './graph-tool.ts';

export interface GraphCall {
  graph: string;
  args: unknown;
  /** Somebody takes the call back: the turn is cancelled. */
  signal: AbortSignal;
  idempotency?: IdempotencyClaim | undefined;
  onStart(ids: { threadId: string; runId: string }): void;
  onProgress(message: string): Promise<void>;
}

/**
 * Asks a graph and waits for its answer. What is wrong with the arguments, and a turn that failed, is a result that the
 * calling model can read.
 */
export async function callGraph(context: AppContext, call: GraphCall): Promise<CallToolResult> {
  try {
    const ids = await startTurn(context, call);
    call.onStart(ids);
    return await followTurn(context, ids, call);
  } catch (error) {
    if (error instanceof StreamMovedError) return failure('The service is stopping. Try again soon.');
    if (!(error instanceof CallerError)) throw error;
    const issues = error.issues.map(({ path, message }) => ` ${path}: ${message}.`).join('');
    return failure(`${error.message}${issues}`);
  }
}

async function startTurn(
  context: AppContext,
  { graph, args, idempotency }: GraphCall,
): Promise<{ threadId: string; runId: string }> {
  const { message, thread_id: threadId } = checkInput(graphInputSchema, args);
  return acceptTurn(context, {
    graph,
    ...(threadId && { threadId }),
    ifNotExists: 'create',
    input: [{ type: 'human', id: '', content: message }],
    metadata: {},
    kwargs: {},
    multitask: 'enqueue',
    ...(idempotency && { idempotency }),
  });
}

async function followTurn(
  context: AppContext,
  ids: { threadId: string; runId: string },
  { signal, onProgress }: GraphCall,
): Promise<CallToolResult> {
  const stop = () => void cancelRun(context, ids).catch(() => undefined); // it may have ended meanwhile
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop, { once: true });
  const { signal: never } = new AbortController();
  try {
    for await (const event of watchRun(context, { ...ids, signal: never })) {
      const progress = describeProgress(event);
      if (progress) await onProgress(progress);
      if (event.type === 'turn-error') return failure(event.message);
      if (event.type === 'turn-end' || event.type === 'interrupted') return result(event);
    }
  } finally {
    signal.removeEventListener('abort', stop);
  }
  return failure('The turn was stopped before it came to its end.');
}

function result(event: Extract<LoggedEvent, { type: 'turn-end' | 'interrupted' }>): CallToolResult {
  const { threadId, runId } = event;
  const { path, evidence, citations, declined, interrupts } = extensionOf({ threadId, runId }, event);
  const answer = event.type === 'turn-end' ? answerOf(event) : describeWait(event);
  const output: GraphOutput = {
    status: interrupts ? 'waiting' : 'completed',
    answer,
    thread_id: threadId,
    run_id: runId,
    path,
    evidence,
    ...(citations && { citations }),
    ...(declined && { declined }),
    ...(interrupts && { interrupts }),
  };
  return { content: [{ type: 'text', text: answer }], structuredContent: { ...output } };
}

function describeWait(event: Extract<LoggedEvent, { type: 'interrupted' }>): string {
  const waits = event.interrupts.map(({ value }) => JSON.stringify(value)).join('\n');
  return `${answerOf(event)}\n${waits}`;
}

function failure(text: string): CallToolResult {
  return { content: [{ type: 'text', text }], isError: true };
}
