import { OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import type { AppContext } from '../app-context.ts';
import { checkInput } from './check-input.ts';
import { describe } from './describe.ts';
import type { HttpEnv } from './http-env.ts';

const querySchema = z.object({ format: z.enum(['prometheus', 'json']).default('prometheus') });

/** For whoever measures the service. */
export function metricsRoutes({ metrics: { registry } }: AppContext): OpenAPIHono<HttpEnv> {
  const app = new OpenAPIHono<HttpEnv>();
  describe(app, 'GET /metrics', {
    summary: 'What this process has counted, in the format of Prometheus or as JSON',
    tag: 'Health',
    query: querySchema,
  });
  app.get('/metrics', async (c) => {
    const { format } = checkInput(querySchema, c.req.query());
    if (format === 'json') return c.json(await registry.getMetricsAsJSON());
    return c.text(await registry.metrics(), 200, { 'Content-Type': registry.contentType });
  });
  return app;
}
