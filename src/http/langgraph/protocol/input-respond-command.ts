import { z } from 'zod';
import { CallerError } from '../../../errors.ts';
import type { Json, JsonObject } from '../../../message.ts';
import { checkInput } from '../../check-input.ts';
import { jsonObjectSchema } from '../../json-schema.ts';
import { unsupported } from '../../unsupported.ts';
import { inputSchema } from '../read-input.ts';
import type { Command } from './command.ts';
import { CommandError } from './command-error.ts';
import { configSchema, namespaceSchema, readConfigurable } from './command-schema.ts';
import { assistantOf, startTurn } from './start-turn.ts';
import { waitingFor } from './waiting-for.ts';

const answerSchema = z.object({
  namespace: namespaceSchema,
  interrupt_id: z.string().min(1),
  response: z.unknown().optional(),
});
const paramsSchema = z.object({
  namespace: namespaceSchema,
  interrupt_id: z.string().min(1).optional(),
  response: z.unknown().optional(),
  responses: z.array(answerSchema).min(1, 'expected at least one answer').optional(),
  update: inputSchema.nullish(),
  goto: unsupported('a jump along with an answer'), // two agents would speak at the same time
  config: configSchema,
  metadata: jsonObjectSchema.nullish(),
});
type Params = z.output<typeof paramsSchema>;

/** `input.respond`: answers one or more of the interrupts that a thread waits with, in one run. */
export async function inputRespond(command: Command): Promise<object> {
  const { context, threadId, thread, idempotency, params: kwargs } = command;
  const params = checkInput(paramsSchema, kwargs);
  const answers = answersOf(params);
  if (!thread?.graph) throw new CommandError('no_such_run', 'Nothing has run on this thread so far.');
  const waiting = await waitingFor(context, thread);
  const unknown = answers.find(({ interrupt_id }) => !waiting.includes(interrupt_id));
  if (unknown) throw noInterrupt(unknown.interrupt_id);
  assertRoot(answers);
  const { update, config, metadata } = params;
  const resume = Object.fromEntries(
    answers.map(({ interrupt_id, response }) => [interrupt_id, (response ?? null) as Json]), // params are JSON
  );
  const { metadata: _metadata, ...asked } = kwargs;
  const { configurable } = readConfigurable(config); // an answer goes on where the thread waits
  const run = {
    threadId,
    assistant: assistantOf(thread),
    config: { ...config, configurable },
    metadata,
    idempotency,
    kwargs: asked,
  };
  const turn = {
    input: [],
    resume: resume satisfies JsonObject,
    ...(update && { update: { messages: update } }),
  };
  await startTurn(context, run, turn).catch((error: unknown) => {
    const late = error instanceof CallerError && error.code === 'conflict';
    throw late ? noInterrupt(answers[0]?.interrupt_id) : error; // somebody was faster
  });
  return {};
}

function answersOf({
  responses,
  interrupt_id,
  response,
  namespace,
}: Params): z.output<typeof answerSchema>[] {
  if (responses && interrupt_id === undefined) {
    const ids = new Set(responses.map((answer) => answer.interrupt_id));
    if (ids.size === responses.length) return responses;
    throw new CommandError('invalid_argument', 'Two of the responses answer the same interrupt.');
  }
  if (!responses && interrupt_id !== undefined) return [{ namespace, interrupt_id, response }];
  throw new CommandError(
    'invalid_argument',
    'Send interrupt_id and response, or a list of them as responses.',
  );
}

function assertRoot(answers: z.output<typeof answerSchema>[]): void {
  const elsewhere = answers.find(({ namespace }) => namespace && namespace.length > 0);
  if (!elsewhere) return;
  const message = `The interrupt ${elsewhere.interrupt_id} is in the root namespace.`;
  throw new CommandError('no_such_namespace', message);
}

function noInterrupt(id: string | undefined): CommandError {
  return new CommandError('no_such_interrupt', `The thread does not wait for an answer to ${id}.`);
}
