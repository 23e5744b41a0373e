import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import type { AppContext } from '../app-context.ts';
import { setUsesSharedKeys, usesSharedKeys } from '../db/model-keys.ts';
import { currentTenant } from '../tenancy.ts';
import { problems } from './auth/problems.ts';
import { invalidInput } from './check-input.ts';
import type { HttpEnv } from './http-env.ts';

const poolSchema = z
  .strictObject({
    shared: z.boolean().describe('Whether a tenant that has keys of its own uses the service’s beside them.'),
  })
  .openapi('ModelPool');
const json = { 'application/json': { schema: poolSchema } };
const answer = { description: 'The choice.', content: json };

const getRoute = createRoute({
  method: 'get',
  path: '/api/v1/model-pool',
  tags: ['Model keys'],
  summary: 'Whose keys the tenant’s models are asked with',
  responses: { 200: answer },
});
const putRoute = createRoute({
  method: 'put',
  path: '/api/v1/model-pool',
  tags: ['Model keys'],
  summary: 'Choose whose keys the tenant’s models are asked with',
  request: { body: { required: true, content: json } },
  responses: { 200: answer, ...problems(400) },
});

/** Which keys the caller's tenant uses. */
export function modelPoolRoutes({ db, keys }: AppContext): OpenAPIHono<HttpEnv> {
  const app = new OpenAPIHono<HttpEnv>({
    defaultHook: (result) => {
      if (!result.success) throw invalidInput(result.error);
    },
  });
  app.openapi(getRoute, async (c) => c.json({ shared: await usesSharedKeys(db, currentTenant()) }, 200));
  app.openapi(putRoute, async (c) => {
    const { shared } = c.req.valid('json');
    await setUsesSharedKeys(db, currentTenant(), shared);
    keys.stored?.forget(currentTenant());
    return c.json({ shared }, 200);
  });
  return app;
}
