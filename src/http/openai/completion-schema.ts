import { z } from '@hono/zod-openapi';

const evidenceSchema = z.object({
  agent: z.string(),
  tool: z.string(),
  call_id: z.string(),
  args: z.looseObject({}),
  result: z.string(),
});

const batonSchema = z
  .object({
    thread_id: z.string().nullable().describe('Null when the thread went with the turn.'),
    run_id: z.string(),
    path: z.array(z.string()).describe('The agents that spoke, in order.'),
    evidence: z.array(evidenceSchema).describe('The calls that the answer rests on.'),
    interrupts: z.array(z.looseObject({})).optional().describe('What the turn waits for.'),
  })
  .openapi('Baton');

/** A completion as it is described; `completion.ts` makes them. */
export const completionSchema = z
  .object({
    id: z.string(),
    object: z.literal('chat.completion'),
    created: z.int().describe('Seconds since 1970.'),
    model: z.string().describe('The graph.'),
    choices: z.array(
      z.object({
        index: z.literal(0),
        message: z.object({ role: z.literal('assistant'), content: z.string(), refusal: z.null() }),
        logprobs: z.null(),
        finish_reason: z.literal('stop'),
      }),
    ),
    usage: z.object({
      prompt_tokens: z.int(),
      completion_tokens: z.int(),
      total_tokens: z.int(),
      prompt_tokens_details: z.object({ cached_tokens: z.int(), audio_tokens: z.int() }),
      completion_tokens_details: z.object({ reasoning_tokens: z.int(), audio_tokens: z.int() }),
    }),
    baton: batonSchema,
  })
  .openapi('Completion');
