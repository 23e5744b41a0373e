import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { HumanMessage } from '../../message.ts';

const onlyHuman = 'only human messages can be sent: what agents and tools said is in the thread already';
const notEmpty = 'the message is empty';

const part = z.union(
  [
    z.object({ type: z.literal('text'), text: z.string() }),
    z.looseObject({ type: z.string().refine((type) => type !== 'text', 'a text part needs a text') }),
  ],
  'expected { type: "text", text } or another content part with a type',
);

export const contentSchema = z
  .union([z.string(), z.array(part)], 'expected a text or a list of content parts')
  .refine((content) => (typeof content === 'string' ? content.trim() !== '' : content.some(says)), notEmpty);

const messageSchema = z.union(
  [
    contentSchema.transform((content) => ({ content })),
    z
      .object({
        role: z.enum(['user', 'human'], onlyHuman).optional(),
        type: z.enum(['human', 'user'], onlyHuman).optional(),
        id: z.string().min(1).max(128).nullish(),
        name: z.string().max(128).nullish(),
        content: contentSchema,
      })
      .refine(({ role, type }) => role ?? type, { message: 'say role: "user"', path: ['role'] }),
  ],
  { error: explainMessage },
);

/** What a run adds to its thread: `{ messages }`, as one message or a list, each a text or an object. */
export const inputSchema = z
  .strictObject({
    messages: z.preprocess(
      (messages) => (Array.isArray(messages) ? messages : [messages]),
      z.array(messageSchema).min(1, 'expected at least one message'),
    ),
  })
  .transform(({ messages }) => messages.map(toHumanMessage));

function toHumanMessage(message: z.infer<typeof messageSchema>): HumanMessage {
  const { id, name, content } = { id: null, name: null, ...message };
  return {
    type: 'human',
    id: id ?? randomUUID(),
    content: content as HumanMessage['content'], // the body is JSON, and so are the parts' other fields
    ...(name && { name }),
  };
}

function says(item: z.infer<typeof part>): boolean {
  return item.type !== 'text' || String(item.text).trim() !== '';
}

/** A union's own message would only say that nothing matched: this says why the likely branch did not. */
function explainMessage(issue: z.core.$ZodRawIssue): string {
  const { input } = issue;
  if (typeof input === 'string' || Array.isArray(input)) return notEmpty;
  const errors = (issue as { errors?: z.core.$ZodIssue[][] }).errors ?? []; // an invalid_union issue has them
  const [first] = errors.at(-1) ?? [];
  const place = first?.path.join('.');
  return first ? `${place ? `${place}: ` : ''}${first.message}` : 'expected a message';
}
