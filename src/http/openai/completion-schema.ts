import { z } from '@hono/zod-openapi';

const evidenceSchema = z.object({
  agent: z.string(),
  tool: z.string(),
  call_id: z.string(),
  args: z.looseObject({}),
  result: z.string(),
});

const pagesSchema = z.object({ from: z.int(), to: z.int() });

/** A citation as it is described; see `Citation`. */
export const citationSchema = z
  .object({
    marker: z.int().describe('The number that stands in the text, in brackets.'),
    at: z.int().describe('Where it stands. Places count UTF-16 units of the answer.'),
    id: z.string().describe('The passage.'),
    start: z.int().describe('The sentence that the passage supports, from here'),
    end: z.int().describe('to here.'),
    title: z.string().nullable(),
    url: z.string().nullable(),
    document_id: z.string(),
    key: z.string(),
    pages: pagesSchema.nullable(),
    section: z.string().nullable(),
    quote: z.string().describe('What of the passage comes nearest, as it stands there.'),
  })
  .openapi('Citation');

const annotationSchema = z.object({
  type: z.literal('url_citation'),
  url_citation: z.object({ start_index: z.int(), end_index: z.int(), url: z.string(), title: z.string() }),
});

const batonSchema = z
  .object({
    thread_id: z.string().nullable().describe('Null when the thread went with the turn.'),
    run_id: z.string(),
    path: z.array(z.string()).describe('The agents that spoke, in order.'),
    evidence: z.array(evidenceSchema).describe('The calls that the answer rests on.'),
    citations: z
      .array(citationSchema)
      .optional()
      .describe('What the answer cites, where it was held against documents.'),
    declined: z.boolean().optional().describe('The answer says that the documents do not tell.'),
    interrupts: z.array(z.looseObject({})).optional().describe('What the turn waits for.'),
    cache: z
      .object({
        answers: z.enum(['exact', 'semantic']),
        similarity: z.number(),
        answered_at: z.iso.datetime(),
      })
      .optional()
      .describe('The answer was kept from an earlier turn that rested on documents alone.'),
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
        message: z.object({
          role: z.literal('assistant'),
          content: z.string(),
          refusal: z.null(),
          annotations: z.array(annotationSchema).optional().describe('Cited documents that have an address.'),
        }),
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
