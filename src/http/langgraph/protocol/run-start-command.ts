import { z } from 'zod';
import type { Thread } from '../../../db/threads.ts';
import type { Json } from '../../../message.ts';
import { checkInput } from '../../check-input.ts';
import { jsonObjectSchema } from '../../json-schema.ts';
import { findAssistant } from '../find-assistant.ts';
import { inputSchema } from '../read-input.ts';
import type { Command } from './command.ts';
import { CommandError } from './command-error.ts';
import { configSchema, readConfigurable } from './command-schema.ts';
import { type BeginsWith, startTurn } from './start-turn.ts';
import { waitingFor } from './waiting-for.ts';

const strategySchema = z.enum(['enqueue', 'reject', 'interrupt', 'rollback']).nullish();
const paramsSchema = z.object({
  assistant_id: z.string().min(1, 'expected the name of a graph or the id of an assistant'),
  input: z.unknown().optional(),
  config: configSchema,
  metadata: jsonObjectSchema.nullish(),
  multitaskStrategy: strategySchema,
  multitask_strategy: strategySchema,
});
type Params = z.output<typeof paramsSchema>;

/**
 * `run.start`: says something on a thread, which is made where it is not there; answers what the thread waits for where it
 * waits; goes on with nothing new where the input is null. A `checkpoint_id` among what is configurable begins a branch.
 */
export async function runStart(command: Command): Promise<object> {
  const { context, threadId, thread, idempotency, params: kwargs } = command;
  const params = checkInput(paramsSchema, kwargs);
  await assertSameGraph(command, params);
  const { config, metadata, assistant_id: assistant } = params;
  const multitask = params.multitaskStrategy ?? params.multitask_strategy;
  const { assistant_id: _assistant, metadata: _metadata, ...asked } = kwargs;
  const runId = await startTurn(
    context,
    { threadId, assistant, config, metadata, multitask, idempotency, kwargs: asked },
    await beginsWith(command, thread, params),
  );
  return { run_id: runId };
}

/** A thread belongs to the graph that was asked first on it. */
async function assertSameGraph({ context, thread }: Command, { assistant_id }: Params): Promise<void> {
  if (!thread?.graph) return;
  const { graph } = await findAssistant(context, assistant_id);
  if (graph.name === thread.graph) return;
  const message = `The thread ${thread.thread_id} belongs to ${thread.graph}: it cannot run ${graph.name}.`;
  throw new CommandError('invalid_argument', message);
}

async function beginsWith(
  { context }: Command,
  thread: Thread | undefined,
  { input, config }: Params,
): Promise<BeginsWith> {
  if (input === null || input === undefined) {
    if (thread?.graph) return { input: [], proceed: true };
    throw new CommandError('invalid_argument', 'A new thread needs an input: { messages: [...] }.');
  }
  const branch = readConfigurable(config).checkpointId !== undefined;
  const answers = !branch && (await waitingFor(context, thread)).length > 0;
  if (answers) return { input: [], resume: input as Json }; // params are JSON
  return { input: checkInput(z.object({ input: inputSchema }), { input }).input };
}
