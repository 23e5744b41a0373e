import { z } from 'zod';

const said = z.string('expected a text');

const partsOrText = z.union(
  [z.array(z.looseObject({ type: z.string() })), said],
  'expected a text or a list of parts',
);

const callSchema = z.strictObject({
  id: z.string().min(1),
  type: z.string().optional(),
  function: z.strictObject({ name: z.string().min(1), arguments: z.string() }).optional(),
  name: z.string().min(1).optional(),
  args: z.record(z.string(), z.json(), 'expected a map').optional(),
});

/**
 * An earlier message as people write it: `{ human: text }`, `{ ai: text, name: agent }`, `{ system: text }`; as OpenAI's
 * `{ role, content, tool_calls, tool_call_id }`; or as threads keep it, with `type` for `role`.
 */
export const messageSchema = z
  .strictObject({
    human: partsOrText.optional(),
    user: partsOrText.optional(),
    ai: said.optional(),
    assistant: said.optional(),
    system: said.optional(),
    role: z.enum(['user', 'human', 'assistant', 'ai', 'system', 'developer', 'tool']).optional(),
    type: z.enum(['human', 'ai', 'system', 'tool']).optional(),
    content: z.union([partsOrText, z.null()], 'expected a text or a list of parts').optional(),
    name: z.string().min(1).optional().describe('The agent that said it.'),
    tool_calls: z.array(callSchema).optional(),
    tool_call_id: z.string().min(1).optional(),
    status: z.enum(['success', 'error']).optional(),
    id: z.string().optional(),
  })
  .superRefine((message, context) => {
    const { human, user, ai, assistant, system, role, type } = message;
    const who = [human, user, ai, assistant, system, role, type].filter((value) => value !== undefined);
    if (who.length !== 1)
      context.addIssue({
        code: 'custom',
        message: 'expected { human: text }, { ai: text } or { role, content }',
      });
    else if ((role ?? type) && message.content === undefined)
      context.addIssue({ code: 'custom', message: 'it has no content' });
    for (const [at, { name, function: called }] of (message.tool_calls ?? []).entries())
      if ((name === undefined) === (called === undefined))
        context.addIssue({
          code: 'custom',
          path: ['tool_calls', at],
          message: 'expected { id, name, args } or { id, function: { name, arguments } }',
        });
  });

export type CheckedMessage = z.output<typeof messageSchema>;
