import { z } from '@hono/zod-openapi';

/** Problem details, RFC 9457, as our own routes answer what went wrong. */
export const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    instance: z.string(),
    code: z.string().describe('A name for programs, such as `not-found`.'),
    request_id: z.string().describe('Names this request in the log.'),
    errors: z
      .array(z.object({ path: z.string(), detail: z.string() }))
      .optional()
      .describe('What is wrong with the input, and where.'),
  })
  .openapi('Problem');
