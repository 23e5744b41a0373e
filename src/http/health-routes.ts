import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import type { AppContext } from '../app-context.ts';
import { checkReadiness } from './check-readiness.ts';
import type { HttpEnv } from './http-env.ts';

const tags = ['Health'];
const healthSchema = z.object({ status: z.literal('up') });
const checkSchema = z.object({ ok: z.boolean() }).loose();
const readySchema = z
  .object({
    status: z.enum(['ready', 'not-ready']),
    role: z.enum(['api', 'worker', 'both']),
    draining: z.boolean(),
    checks: z.object({
      accepting: checkSchema,
      database: checkSchema,
      connections: checkSchema,
      migrations: checkSchema,
      queue: checkSchema,
      bus: checkSchema,
      limits: checkSchema,
      models: checkSchema,
      modelKeys: checkSchema,
      graphs: checkSchema,
    }),
  })
  .openapi('Readiness');
const json = (schema: z.ZodType) => ({ 'application/json': { schema } });

const healthRoute = createRoute({
  method: 'get',
  path: '/health',
  tags,
  summary: 'Whether the process is up',
  responses: { 200: { description: 'It is.', content: json(healthSchema) } },
});
const readyRoute = createRoute({
  method: 'get',
  path: '/ready',
  tags,
  summary: 'Whether the service can take turns',
  responses: {
    200: { description: 'It can.', content: json(readySchema) },
    503: { description: 'It cannot: the check that is not `ok` says why.', content: json(readySchema) },
  },
});

/** For whoever starts and watches the service. */
export function healthRoutes(context: AppContext): OpenAPIHono<HttpEnv> {
  const app = new OpenAPIHono<HttpEnv>();
  app.openapi(healthRoute, (c) => c.json({ status: 'up' as const }, 200));
  app.openapi(readyRoute, async (c) => {
    const checks = await checkReadiness(context);
    const ready = Object.values(checks).every(({ ok }) => ok);
    const { config, turns } = context;
    const about = { role: config.role, draining: turns.stopping };
    return c.json({ status: ready ? 'ready' : 'not-ready', ...about, checks }, ready ? 200 : 503);
  });
  return app;
}
