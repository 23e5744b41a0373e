import type { z } from 'zod';
import type { AppContext } from '../../../app-context.ts';
import { CallerError } from '../../../errors.ts';
import type { JsonObject } from '../../../message.ts';
import { acceptTurn } from '../../../turn/accept-turn.ts';
import type { TurnRequest } from '../../../turn/turn-request.ts';
import { checkBeginning } from '../check-beginning.ts';
import { findAssistant } from '../find-assistant.ts';
import { mergeRunConfig, mergeRunMetadata } from '../merge-run-config.ts';
import { CommandError } from './command-error.ts';
import { type configSchema, readConfigurable } from './command-schema.ts';

/** What a command says about the run that it starts, apart from what the run begins with. */
export interface AskedRun {
  threadId: string;
  /** The id of an assistant, or the name of a graph. */
  assistant: string;
  config?: z.output<typeof configSchema>;
  metadata?: JsonObject | null | undefined;
  multitask?: TurnRequest['multitask'] | null | undefined;
  /** The command's params, to be shown again with the run. */
  kwargs: JsonObject;
  idempotency?: TurnRequest['idempotency'] | undefined;
}

/** What a run begins with. */
export type BeginsWith = Pick<TurnRequest, 'input'> &
  Partial<Pick<TurnRequest, 'resume' | 'proceed' | 'update' | 'goto' | 'checkpointId'>>;

/**
 * Has a turn accepted for an assistant, on a thread that is made where it is not there, and gives the run's id. Throws a
 * `CommandError` for a checkpoint that is not there, and `CallerError`s.
 */
export async function startTurn(
  context: AppContext,
  { threadId, assistant: asked, config, metadata, multitask, kwargs, idempotency }: AskedRun,
  beginsWith: BeginsWith,
): Promise<string> {
  const { assistantId, graph, ...assistant } = await findAssistant(context, asked);
  const { checkpointId, version, configurable } = readConfigurable(config);
  const beginning = { threadId, ...(checkpointId && { checkpointId }), ...beginsWith };
  await checkBeginning(context, beginning, { strict: false }).catch((error: unknown) => {
    const gone = error instanceof CallerError && error.code === 'not-found';
    throw gone ? new CommandError('no_such_checkpoint', error.message) : error;
  });
  const { runId } = await acceptTurn(context, {
    graph: graph.name,
    ...beginning,
    ifNotExists: 'create',
    version,
    metadata: mergeRunMetadata(assistant, { metadata }),
    kwargs,
    assistantId,
    config: mergeRunConfig(assistant, { config: { ...config, configurable } }),
    multitask: multitask ?? 'enqueue',
    ...(idempotency && { idempotency }),
  });
  return runId;
}

/** Who has been asked on a thread so far. Throws a `CallerError` where nobody was. */
export function assistantOf(thread: { thread_id: string; graph: string | null; metadata: object }): string {
  const { assistant_id } = { assistant_id: undefined, ...thread.metadata } as { assistant_id?: unknown }; // any JSON
  const asked = typeof assistant_id === 'string' ? assistant_id : thread.graph;
  if (asked) return asked;
  throw new CallerError('invalid-request', `Nobody was asked on the thread ${thread.thread_id} so far.`);
}
