import { OpenAPIHono, z } from '@hono/zod-openapi';
import type { AppContext } from '../../app-context.ts';
import { getUser } from '../../identity/users.ts';
import { describe } from '../describe.ts';
import type { HttpEnv } from '../http-env.ts';
import { theCaller } from './the-caller.ts';

const meSchema = z
  .object({
    tenant: z.string(),
    kind: z.enum(['local', 'key', 'user', 'token']),
    id: z.string(),
    name: z.string(),
    role: z.string(),
    graphs: z.array(z.string()).nullable().describe('The graphs that you may use; null for all.'),
    scopes: z.array(z.string()).nullable().describe('What of your role’s rights you have; null for all.'),
    email: z.string().nullable(),
  })
  .openapi('Me');

/** Who asks, as the service sees it. */
export function meRoutes({ db }: AppContext): OpenAPIHono<HttpEnv> {
  const app = new OpenAPIHono<HttpEnv>();
  describe(app, 'GET /api/v1/me', { summary: 'Who you are here', tag: 'Log-in', answer: meSchema });
  app.get('/api/v1/me', async (c) => {
    const { tenant, kind, id, name, role, graphs, scopes } = theCaller();
    const email = kind === 'user' ? (await getUser(db, id)).email : null;
    return c.json({ tenant, kind, id, name, role, graphs: graphs ?? null, scopes: scopes ?? null, email });
  });
  return app;
}
