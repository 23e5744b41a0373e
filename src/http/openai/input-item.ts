import { z } from 'zod';

const inputPart = z.discriminatedUnion(
  'type',
  [
    z.object({ type: z.literal('input_text'), text: z.string() }),
    z.object({
      type: z.literal('input_image'),
      image_url: z.string('expected image_url: there are no stored files'),
      detail: z.string().nullish(),
    }),
    z.object({
      type: z.literal('input_file'),
      file_data: z.string('expected file_data: there are no stored files'),
      filename: z.string().nullish(),
    }),
  ],
  'expected a content part: input_text, input_image or input_file',
);
const outputPart = z.discriminatedUnion(
  'type',
  [
    z.object({ type: z.literal('output_text'), text: z.string() }),
    z.object({ type: z.literal('refusal'), refusal: z.string() }),
  ],
  'expected a content part: output_text or refusal',
);
const inputContent = z.union(
  [z.string(), z.array(inputPart).min(1)],
  'expected a text or a list of content parts',
);

const messageSchema = z.discriminatedUnion(
  'role',
  [
    z.object({
      type: z.literal('message').optional(),
      role: z.enum(['user', 'system', 'developer']),
      content: inputContent,
    }),
    z.object({
      type: z.literal('message').optional(),
      role: z.literal('assistant'),
      content: z.union([z.string(), z.array(outputPart)], 'expected a text or a list of content parts'),
    }),
  ],
  'expected the role user, assistant, system or developer',
);
export const approvalSchema = z.object({
  type: z.literal('mcp_approval_response'),
  approval_request_id: z.string(),
  approve: z.boolean(),
  reason: z.string().nullish(),
});
/** What a response put out beside messages, sent back by clients that keep their history themselves. */
const echoSchema = z.looseObject({
  type: z.enum(['mcp_call', 'mcp_approval_request', 'mcp_list_tools', 'reasoning']),
});

const kinds =
  'expected a message or an mcp_approval_response: tools are called by the agents, not by the client';

/** One item of the input. The kinds are told apart by `type`, which messages may leave out. */
export const inputItemSchema = z
  .looseObject({ type: z.string().default('message') })
  .transform((item, context) => {
    const { type } = item;
    const schema =
      type === 'message' ? messageSchema : type === 'mcp_approval_response' ? approvalSchema : echoSchema;
    const checked = schema.safeParse(item);
    if (checked.success) return checked.data;
    for (const { path, message } of checked.error.issues) {
      const own = path.length === 1 && path[0] === 'type';
      context.addIssue({ code: 'custom', path: own ? ['type'] : path, message: own ? kinds : message });
    }
    return z.NEVER;
  });

export type InputItem = z.output<typeof inputItemSchema>;
export type InputMessage = z.output<typeof messageSchema>;
export type InputPart = z.output<typeof inputPart> | z.output<typeof outputPart>;

export function isMessage(item: InputItem): item is InputMessage {
  return item.type === undefined || item.type === 'message';
}
