import { z } from 'zod';
import type { ManualUpdate } from '../../turn/plan-update.ts';
import { jsonObjectSchema } from '../json-schema.ts';
import { contentSchema } from './read-input.ts';

const id = z
  .string()
  .max(128)
  .nullish()
  .transform((given) => given ?? '');
const name = z.string().max(128).nullish();
const textPart = z.object({ type: z.literal('text', 'only parts of text are taken'), text: z.string() });
const text = z
  .union([z.string(), z.array(textPart).transform((parts) => parts.map((part) => part.text).join(''))])
  .nullish()
  .transform((given) => given ?? '');

const human = z.object({ type: z.literal('human'), id, name, content: contentSchema });
const ai = z.object({
  type: z.literal('ai'),
  id,
  name,
  content: text,
  tool_calls: z
    .array(z.object({ id: z.string().min(1).max(256), name: z.string().min(1), args: jsonObjectSchema }))
    .nullish()
    .transform((calls) => calls ?? []),
});
const tool = z.object({
  type: z.literal('tool'),
  id,
  name,
  content: text,
  tool_call_id: z.string().min(1),
  status: z.enum(['success', 'error']).default('success'),
});

const types: Record<string, string> = { user: 'human', assistant: 'ai', AIMessageChunk: 'ai' };

/** The forms that clients have for a message: a text, `role` or `type`. */
function toTyped(message: unknown): unknown {
  if (typeof message === 'string') return { type: 'human', content: message };
  if (typeof message !== 'object' || message === null) return message;
  const { role, type = role } = message as { role?: unknown; type?: unknown }; // whatever it is, the schema looks at it
  return { ...message, type: typeof type === 'string' ? (types[type] ?? type) : type };
}

const messageSchema = z.preprocess(
  toTyped,
  z.discriminatedUnion('type', [human, ai, tool], {
    error: 'expected a message of type human, ai or tool',
  }),
);

/** What an update adds to a state. Of each message only what we know is kept, as plain data. */
export const updateValuesSchema = z
  .strictObject({
    messages: z
      .preprocess(
        (given) => (Array.isArray(given) || given == null ? given : [given]),
        z.array(messageSchema).max(1000),
      )
      .nullish(),
    agent: z.string().min(1).nullish().describe('Who speaks next.'),
  })
  .nullish();

export function toUpdate(
  values: z.output<typeof updateValuesSchema>,
  {
    asNode,
    checkpointId,
  }: { asNode?: string | null | undefined; checkpointId?: string | null | undefined } = {},
): ManualUpdate {
  const { messages, agent } = values ?? {};
  return {
    ...(messages && { messages: messages.map(withoutNothing) }),
    ...(agent && { agent }),
    ...(asNode && { asNode }),
    ...(checkpointId && { checkpointId }),
  };
}

/** A name that is null is no name. */
function withoutNothing({ name: given, ...message }: z.output<typeof messageSchema>) {
  return { ...message, ...(given && { name: given }) } as NonNullable<ManualUpdate['messages']>[number]; // the body is JSON, and so are the parts' other fields
}
