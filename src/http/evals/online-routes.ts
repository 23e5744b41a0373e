import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import type { AppContext } from '../../app-context.ts';
import { mostSums, sumScores } from '../../eval/online/sum-scores.ts';
import { invalidInput } from '../check-input.ts';
import type { HttpEnv } from '../http-env.ts';
import { problemSchema } from '../problem-schema.ts';
import { moment, name } from './eval-fields.ts';

const rowSchema = z
  .object({
    graph: z.string(),
    version: z.string(),
    scorer: z.string().describe('`grounded`, `refused`, `judge:tone` …'),
    day: z.iso.date().optional().describe('Of UTC, where days are told apart.'),
    count: z.int().describe('Turns that were scored.'),
    mean: z.number(),
    least: z.number(),
    median: z.number(),
    most: z.number(),
  })
  .openapi('OnlineScoreSum');

const route = createRoute({
  method: 'get',
  path: '/api/v1/evals/online',
  tags: ['Evals'],
  summary: 'Sum up how turns of users scored, by graph, version and scorer',
  request: {
    query: z.strictObject({
      graph: name.optional(),
      version: name.optional(),
      agent: name.optional().describe('Who answered.'),
      scorer: name.optional(),
      since: moment.optional().describe('The first moment, included.'),
      until: moment.optional().describe('The last moment, not included.'),
      by: z.enum(['day'], 'expected day').optional().describe('`day`: a row for each day of UTC.'),
    }),
  },
  responses: {
    200: {
      description: `A row a group, ${mostSums} at most.`,
      content: {
        'application/json': { schema: z.object({ rows: z.array(rowSchema) }).openapi('OnlineScores') },
      },
    },
    400: {
      description: 'The request is not valid.',
      content: { 'application/problem+json': { schema: problemSchema } },
    },
  },
});

/** How turns of users scored. */
export function onlineRoutes({ db }: AppContext): OpenAPIHono<HttpEnv> {
  const app = new OpenAPIHono<HttpEnv>({
    defaultHook: (result) => {
      if (!result.success) throw invalidInput(result.error);
    },
  });
  app.openapi(route, async (c) => {
    const { by, ...filter } = c.req.valid('query');
    return c.json({ rows: await sumScores(db, filter, by === 'day') }, 200);
  });
  return app;
}
