import { z } from 'zod';
import type { Json, JsonObject } from '../../message.ts';
import { jsonObjectSchema } from '../json-schema.ts';
import { unsupported } from '../unsupported.ts';
import { configShape } from './config-shape.ts';
import { inputSchema } from './read-input.ts';
import { streamModeSchema } from './stream-modes.ts';

const commandSchema = z.strictObject({
  resume: z.unknown().optional(),
  goto: unsupported('command.goto'),
  update: unsupported('command.update'),
});

/**
 * The body of a request that starts a run. Fields of LangGraph's that change nothing here are read past:
 * `durability`, `stream_subgraphs`, `stream_resumable` (every stream is), tracing.
 */
export const runRequestSchema = z
  .object({
    assistant_id: z.string().min(1, 'expected the name of a graph or the id of its assistant'),
    input: inputSchema.nullish(),
    command: commandSchema.nullish(),
    config: z.object(configShape).nullish(),
    context: jsonObjectSchema.nullish(),
    metadata: jsonObjectSchema.nullish(),
    stream_mode: streamModeSchema.nullish(),
    checkpoint: z.object({ checkpoint_id: z.string().nullish() }).nullish(),
    checkpoint_id: z.string().nullish(),
    multitask_strategy: z
      .enum(['enqueue', 'reject'], 'expected enqueue or reject: interrupt and rollback are not supported')
      .nullish(),
    if_not_exists: z.enum(['create', 'reject']).nullish(),
    on_disconnect: z.enum(['cancel', 'continue']).nullish(),
    on_completion: z
      .enum(['delete', 'keep', 'complete', 'continue'])
      .transform((asked) => (asked === 'continue' ? 'keep' : asked)) // the SDK's types have other words than the servers
      .nullish(),
    after_seconds: unsupported('a later start'),
    interrupt_before: unsupported('a stop before a node'),
    interrupt_after: unsupported('a stop after a node'),
    webhook: unsupported('a webhook'),
    feedback_keys: unsupported('feedback'),
  })
  .superRefine(({ input, command }, issues) => {
    if (input && command?.resume !== undefined) {
      issues.addIssue({ code: 'custom', path: ['command'], message: 'send an input or a resume, not both' });
    } else if (!input && command?.resume === undefined) {
      const message = 'expected { messages: [...] }: there is nothing to go on with without an input';
      issues.addIssue({ code: 'custom', path: ['input'], message });
    }
  });

export type RunRequest = z.output<typeof runRequestSchema>;

/** What the caller asked, to be shown again with the run. */
export function kwargsOf(request: RunRequest): JsonObject {
  const { assistant_id: _assistant, metadata: _metadata, ...asked } = request;
  return JSON.parse(JSON.stringify(asked)) as JsonObject; // without the absent fields, it is JSON
}

/** What a paused turn is told, if this request is that. */
export function resumeOf({ command }: RunRequest): { resume?: Json } {
  return command?.resume === undefined ? {} : { resume: command.resume as Json }; // the body is JSON
}
