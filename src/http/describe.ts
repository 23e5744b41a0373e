import { type OpenAPIHono, z } from '@hono/zod-openapi';
import type { HttpEnv } from './http-env.ts';
import { problemSchema } from './problem-schema.ts';

export interface Description {
  summary: string;
  description?: string;
  tag: string;
  query?: z.ZodObject;
  body?: z.ZodType;
  /** A body to try the route with. */
  example?: object;
  /** Bodies of other types than JSON that it takes as well. */
  otherBodies?: Record<string, z.ZodType>;
  /** What comes back, and as what; a JSON object when left out. */
  answer?: z.ZodType;
  answers?: 'application/json' | 'text/event-stream' | 'nothing';
  /** 200 when left out, and 204 for nothing. */
  status?: 200 | 201 | 202 | 204;
  /** What comes back, to be looked at. */
  answerExample?: object;
}

/** Puts a route of a compatible door into the OpenAPI document. `route` is `METHOD /path/{parameter}`. */
export function describe(app: OpenAPIHono<HttpEnv>, route: `${string} /${string}`, told: Description): void {
  const [method = '', path = ''] = route.split(' ');
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => [name, z.string()] as const);
  const {
    summary,
    description,
    tag,
    query,
    body,
    example,
    otherBodies = {},
    answerExample,
    answer = z.looseObject({}),
    answers = 'application/json',
    status = answers === 'nothing' ? 204 : 200,
  } = told;
  const content =
    answers === 'nothing'
      ? {}
      : { content: { [answers]: { schema: answer, ...(answerExample && { example: answerExample }) } } };
  app.openAPIRegistry.registerPath({
    method: method.toLowerCase() as 'get', // the caller writes an HTTP method
    path,
    tags: [tag],
    summary,
    ...(description && { description }),
    request: {
      ...(names.length > 0 && { params: z.object(Object.fromEntries(names)) }),
      ...(query && { query }),
      ...(body && {
        body: {
          required: true,
          content: {
            'application/json': { schema: body, ...(example && { example }) },
            ...Object.fromEntries(Object.entries(otherBodies).map(([type, schema]) => [type, { schema }])),
          },
        },
      }),
    },
    responses: {
      [status]: { description: 'Done.', ...content },
      default: {
        description: 'The request cannot be answered.',
        content: faultContent(path),
      },
    },
  });
}

/** What each door tells of a fault: see `answerFaultAt`. */
function faultContent(path: string) {
  if (path.startsWith('/api/')) return { 'application/problem+json': { schema: problemSchema } };
  return { 'application/json': { schema: path.startsWith('/v1/') ? errorObjectSchema : detailSchema } };
}

const detailSchema = z.object({ detail: z.string(), request_id: z.string() }).openapi('Detail');
const errorObjectSchema = z
  .object({
    error: z.object({
      message: z.string(),
      type: z.string(),
      param: z.string().nullable(),
      code: z.string().nullable(),
    }),
  })
  .openapi('Error');
