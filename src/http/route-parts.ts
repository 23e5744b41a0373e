import type { z } from '@hono/zod-openapi';
import { problemSchema } from './problem-schema.ts';

/** What a route's description says of an answer that is a problem. */
export const problem = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: problemSchema } },
});

/** Of an answer in JSON. */
export const shown = (schema: z.ZodType, description: string) => ({
  description,
  content: { 'application/json': { schema } },
});

/** Of a request whose input does not fit. */
export const invalid = problem('The request is not valid.');
