import { z } from 'zod';
import { unsupported } from '../unsupported.ts';
import { inputItemSchema } from './input-item.ts';

const included = z.enum(
  ['reasoning.encrypted_content', 'message.input_image.image_url'],
  'there is nothing of the kind to include',
);

const conversation = z.union(
  [z.string().min(1), z.object({ id: z.string().min(1) })],
  'expected the id of a conversation',
);

/**
 * The body that asks for a response. What changes the meaning of an answer and is not there is refused; what only
 * tunes a model (`temperature`, `reasoning`, `max_output_tokens`, …) is read past, since agents choose their models.
 */
export const responseRequestSchema = z
  .object({
    model: z.string().min(1, 'expected the name of a graph').describe('The name of a graph.'),
    input: z
      .union([z.string().trim().min(1), z.array(inputItemSchema).min(1)], { error: explainInput })
      .describe('A text, or items: messages, and answers to approval requests.'),
    instructions: z.string().nullish().describe('Context that the agents read.'),
    previous_response_id: z.string().min(1).nullish().describe('Go on behind this response.'),
    conversation: conversation
      .transform((given) => (typeof given === 'string' ? given : given.id))
      .nullish()
      .describe('The thread to go on with, as `conv_…` or as its UUID.'),
    store: z.boolean().nullish().describe('`false`: nothing is kept.'),
    background: z.boolean().nullish().describe('Answer at once, and go on without the client.'),
    stream: z.boolean().nullish(),
    metadata: z
      .record(z.string(), z.string())
      .nullish()
      .describe('`graph_version: "newest"` goes on with the newest version of the graph.'),
    include: z.array(included).nullish(),
    tools: unsupported('tools: the agents have their own'),
    tool_choice: z.literal('auto', 'only auto: the agents choose').nullish(),
    max_tool_calls: unsupported('max_tool_calls: the graph has its limits'),
    prompt: unsupported('prompt'),
    text: z
      .object({ format: z.object({ type: z.literal('text', 'only text is answered') }).nullish() })
      .nullish(),
    truncation: z.literal('disabled', 'only disabled: agents see what their graph shows them').nullish(),
    top_logprobs: unsupported('top_logprobs'),
    context_management: unsupported('context_management'),
    moderation: unsupported('moderation'),
    image: unsupported('image'),
  })
  .superRefine(({ previous_response_id, conversation, store, background }, issues) => {
    const refuse = (path: string, message: string) =>
      issues.addIssue({ code: 'custom', path: [path], message });
    if (previous_response_id && conversation)
      refuse('conversation', 'give this or previous_response_id, not both');
    if (store === false && conversation) refuse('store', 'a conversation keeps what is said in it');
    if (store === false && background) refuse('background', 'what runs in the background is stored');
  });

export type ResponseRequest = z.output<typeof responseRequestSchema>;

/** A union's own message would only say that nothing matched. */
function explainInput(issue: z.core.$ZodRawIssue): string {
  const { input } = issue;
  if (typeof input === 'string' || (Array.isArray(input) && input.length === 0)) return 'say something';
  const errors = (issue as { errors?: z.core.$ZodIssue[][] }).errors ?? []; // an invalid_union issue has them
  const [first] = errors.at(-1) ?? [];
  return first
    ? `${first.path.join('.')}: ${first.message}`.replace(/^: /, '')
    : 'expected a text or a list of items';
}
