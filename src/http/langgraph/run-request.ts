import { z } from 'zod';
import type { Json, JsonObject } from '../../message.ts';
import { jsonObjectSchema } from '../json-schema.ts';
import { unsupported } from '../unsupported.ts';
import { configShape } from './config-shape.ts';
import { inputSchema } from './read-input.ts';
import { commandSchema } from './run-command.ts';
import { streamModeSchema } from './stream-modes.ts';

const year = 366 * 24 * 3_600;
const checkpointId = z.string().min(1).max(128).nullish();
const nodesSchema = z
  .union([z.literal('*'), z.array(z.string().max(128)).max(100)], 'expected "*" or a list of nodes')
  .transform((nodes) => (nodes.length > 0 ? nodes : undefined))
  .nullish();

/**
 * The body of a request that starts a run. Fields of LangGraph's that change nothing here are read past:
 * `stream_subgraphs`, `stream_resumable` (every stream is), tracing.
 */
export const runRequestSchema = z
  .object({
    assistant_id: z.string().min(1, 'expected the name of a graph or the id of its assistant'),
    input: inputSchema
      .nullish()
      .describe('Without it and without a command, the run goes on from where the thread stopped.'),
    command: commandSchema.nullish(),
    config: z.object(configShape).nullish(),
    context: jsonObjectSchema.nullish().describe('What tools can read about the situation.'),
    metadata: jsonObjectSchema.nullish(),
    stream_mode: streamModeSchema.nullish(),
    checkpoint: z.object({ checkpoint_id: checkpointId }).nullish(),
    checkpoint_id: checkpointId.describe('The saved state to go on from; an older one begins a branch.'),
    multitask_strategy: z
      .enum(['enqueue', 'reject', 'interrupt', 'rollback'])
      .nullish()
      .describe('On a busy thread: wait (enqueue), refuse, stop what runs, or take back what it did too.'),
    if_not_exists: z.enum(['create', 'reject']).nullish(),
    on_disconnect: z.enum(['cancel', 'continue']).nullish(),
    on_completion: z
      .enum(['delete', 'keep', 'complete', 'continue'])
      .transform((asked) => (asked === 'continue' ? 'keep' : asked)) // the SDK's types have other words than the servers
      .nullish(),
    after_seconds: z.number().min(0).max(year, 'expected a year at most').nullish(),
    interrupt_before: nodesSchema.describe('Agents and `tools`, or "*".'),
    interrupt_after: nodesSchema.describe('Agents and `tools`, or "*".'),
    webhook: z.string().max(2_048).nullish().describe('An http or https URL that is told of the end.'),
    durability: z.enum(['sync', 'async', 'exit']).nullish(),
    checkpoint_during: z.boolean().nullish().describe('The older word for durability: false is exit.'),
    strict_resume: z.boolean().nullish().describe('Refuse answers to what the thread does not wait for.'),
    feedback_keys: unsupported('feedback'),
  })
  .superRefine(({ input, command }, issues) => {
    const refuse = (message: string) => issues.addIssue({ code: 'custom', path: ['command'], message });
    if (command?.resume === undefined) return;
    if (input) refuse('send an input or a resume, not both');
    if (command.goto) refuse('send a resume or a goto, not both');
  })
  .transform(({ checkpoint_during, ...request }) => ({
    ...request,
    durability: request.durability ?? (checkpoint_during === false ? ('exit' as const) : undefined),
  }));

export type RunRequest = z.output<typeof runRequestSchema>;

/** What the caller asked, to be shown again with the run. */
export function kwargsOf(request: RunRequest): JsonObject {
  const { assistant_id: _assistant, metadata: _metadata, ...asked } = request;
  return JSON.parse(JSON.stringify(asked)) as JsonObject; // without the absent fields, it is JSON
}

/** What a paused turn is told, if this request is that. */
export function resumeOf({ command }: Pick<RunRequest, 'command'>): { resume?: Json } {
  return command?.resume === undefined ? {} : { resume: command.resume as Json }; // the body is JSON
}
