import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { AiMessage, Content, HumanMessage, Message } from '../../message.ts';
import { unsupported } from '../unsupported.ts';

const textPart = z.object({ type: z.literal('text'), text: z.string() });
const part = z.union(
  [textPart, z.looseObject({ type: z.enum(['image_url', 'input_audio', 'file']) })],
  'expected a content part: text, image_url, input_audio or file',
);
const text = z.union([z.string(), z.array(textPart)], 'expected a text');
const contentSchema = z.union(
  [z.string(), z.array(part).min(1)],
  'expected a text or a list of content parts',
);
const name = z.string().max(128).nullish();

const messageSchema = z.discriminatedUnion(
  'role',
  [
    z.object({ role: z.enum(['system', 'developer']), content: text }),
    z.object({ role: z.literal('user'), content: contentSchema, name }),
    z.object({
      role: z.literal('assistant'),
      content: text.nullish(),
      tool_calls: unsupported('a call of a tool of yours'),
      function_call: unsupported('a call of a function of yours'),
    }),
  ],
  'expected the role system, developer, user or assistant: tools are called by the agents, not by the client',
);

/**
 * The body of a chat completion. What changes the meaning of an answer and is not there is refused; what only
 * tunes a model (`temperature`, `max_tokens`, `seed`, …) is read past, since agents choose their models.
 */
export const completionRequestSchema = z.object({
  model: z.string().min(1, 'expected the name of a graph').describe('The name of a graph.'),
  messages: z
    .array(messageSchema)
    .min(1, 'expected at least one message')
    .refine((messages) => messages.at(-1)?.role === 'user', 'the last message must be of the role user'),
  stream: z.boolean().nullish(),
  stream_options: z.object({ include_usage: z.boolean().nullish() }).nullish(),
  metadata: z
    .record(z.string(), z.string())
    .nullish()
    .describe(
      '`thread_id` continues a thread, or begins it: then only the last message is read. `graph_version: "newest"` has it go on with the newest version of the graph instead of the one that it began with.',
    ),
  n: z.literal(1, 'only one answer is given').nullish(),
  tools: unsupported('tools: the agents have their own'),
  functions: unsupported('functions: the agents have their own tools'),
  response_format: z.object({ type: z.literal('text', 'only text is answered') }).nullish(),
  modalities: z.array(z.literal('text', 'only text is answered')).nullish(),
  audio: unsupported('audio'),
  logprobs: unsupported('logprobs'),
  stop: unsupported('stop'),
});

const versions = z.enum(['pinned', 'newest'], 'expected pinned or newest').default('pinned');

/** Which version of a graph a thread goes on with, as `metadata` says it. */
export const versionSchema = z.object({ metadata: z.object({ graph_version: versions }) });

export type CompletionRequest = z.output<typeof completionRequestSchema>;

/** The user's message of this turn: the last one. */
export function newMessage({ messages }: CompletionRequest): HumanMessage {
  const last = messages.at(-1);
  if (last?.role !== 'user') throw new Error('The schema lets only a last message of the user through.');
  return toHuman(last);
}

/** What came before it, for a thread that has nothing yet. */
export function earlierMessages({ messages }: CompletionRequest): Message[] {
  const earlier = messages.slice(0, -1);
  const context = earlier.flatMap((message) =>
    message.role === 'system' || message.role === 'developer' ? [textOfParts(message.content)] : [],
  );
  const said = earlier.flatMap((message): Message[] => {
    if (message.role === 'user') return [toHuman(message)];
    const content = message.role === 'assistant' ? textOfParts(message.content ?? '') : '';
    return content ? [toAi(content)] : [];
  });
  return context.length > 0 ? [toContext(context.join('\n\n')), ...said] : said;
}

/**
 * The application's instructions are what a user could say too: agents take them into account, and their own
 * prompts stand above them.
 */
export function toContext(instructions: string): HumanMessage {
  const content = `Context from the application that this conversation comes from:\n\n${instructions}`;
  return { type: 'human', id: randomUUID(), name: 'application', content };
}

function toHuman({
  content,
  name,
}: {
  content: z.output<typeof contentSchema>;
  name?: string | null | undefined;
}): HumanMessage {
  return { type: 'human', id: randomUUID(), content: content as Content, ...(name && { name }) }; // the body is JSON
}

function toAi(content: string): AiMessage {
  return { type: 'ai', id: randomUUID(), name: 'assistant', content, tool_calls: [] };
}

function textOfParts(content: z.output<typeof text>): string {
  return typeof content === 'string' ? content : content.map((item) => item.text).join('');
}
