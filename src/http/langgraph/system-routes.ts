import { OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import packageJson from '../../../package.json' with { type: 'json' };
import type { AppContext } from '../../app-context.ts';
import { pingDatabase } from '../../db/ping-database.ts';
import { describe } from '../describe.ts';
import type { HttpEnv } from '../http-env.ts';

const tag = 'LangGraph: system';

/** What LangGraph's clients ask before anything else. */
export function systemRoutes({ db }: AppContext): OpenAPIHono<HttpEnv> {
  const app = new OpenAPIHono<HttpEnv>();

  describe(app, 'GET /ok', {
    summary: 'Whether the service is up; with check_db=1, whether its database answers too',
    tag,
    query: z.object({ check_db: z.string().optional() }),
  });
  app.get('/ok', async (c) => {
    if (c.req.query('check_db') === '1') await pingDatabase(db);
    return c.json({ ok: true });
  });

  describe(app, 'GET /info', { summary: 'What this server is', tag });
  app.get('/info', (c) => c.json(info));

  return app;
}

const info = {
  version: packageJson.version,
  context: 'js',
  flags: { assistants: true, crons: true, langsmith: false, langsmith_tracing_replicas: false },
  metadata: { name: packageJson.name },
};
