import { OpenAPIHono, z } from '@hono/zod-openapi';
import type { AppContext } from '../app-context.ts';
import { getTenant } from '../db/tenants.ts';
import { CallerError } from '../errors.ts';
import { changeLimits, type LimitInForce, listLimits } from '../limits/change-limits.ts';
import { currentCaller, currentTenant, inTenant } from '../tenancy.ts';
import { describe } from './describe.ts';
import type { HttpEnv } from './http-env.ts';
import { readBody } from './read-body.ts';

const tag = 'Limits';

const changeSchema = z
  .strictObject({
    key_id: z
      .string()
      .min(1)
      .max(200)
      .optional()
      .describe('The one key that it is for; absent: all of the tenant.'),
    limits: z
      .record(z.string().min(1).max(50), z.string().max(50).nullable())
      .refine((limits) => Object.keys(limits).length > 0, 'expected at least one limit')
      .describe(
        'Amounts by name: `{"turns.user": "60/1m"}`; `off` for none; null for the service’s own again.',
      ),
  })
  .openapi('LimitChange');

const limitsSchema = z
  .object({
    limits: z.array(
      z.object({
        name: z.string(),
        amount: z.string(),
        set_for: z.enum(['service', 'tenant', 'key']),
        key_id: z.string().optional(),
      }),
    ),
  })
  .openapi('Limits');

const example = { limits: { 'turns.user': '60/1m' } };

/** How much a tenant, its keys and its users may ask. */
export function limitRoutes({ db, limits }: AppContext): OpenAPIHono<HttpEnv> {
  const app = new OpenAPIHono<HttpEnv>();

  describe(app, 'GET /api/v1/limits', { summary: 'List the limits that hold', tag, answer: limitsSchema });
  app.get('/api/v1/limits', async (c) => c.json(await shown()));

  describe(app, 'PATCH /api/v1/limits', {
    summary: 'Change limits',
    description: 'Of keys, users and graphs. Those of the tenant as a whole are set by operators.',
    tag,
    body: changeSchema,
    example,
    answer: limitsSchema,
  });
  app.patch('/api/v1/limits', async (c) =>
    c.json(await change(await readBody(c, changeSchema), { operator: currentCaller()?.operator ?? false })),
  );

  describe(app, 'GET /api/v1/tenants/{id}/limits', {
    summary: 'List the limits that hold for a tenant',
    tag,
    answer: limitsSchema,
  });
  app.get('/api/v1/tenants/:id/limits', async (c) =>
    inTenant(await known(c.req.param('id')), async () => c.json(await shown())),
  );

  describe(app, 'PATCH /api/v1/tenants/{id}/limits', {
    summary: 'Change limits of a tenant',
    tag,
    body: changeSchema,
    example: { limits: { 'turns.tenant': '600/1m' } },
    answer: limitsSchema,
  });
  app.patch('/api/v1/tenants/:id/limits', async (c) => {
    const tenant = await known(c.req.param('id'));
    const asked = await readBody(c, changeSchema);
    return inTenant(tenant, async () => c.json(await change(asked, { operator: true })));
  });

  return app;

  async function shown() {
    return { limits: (await listLimits(db, await limits.rules())).map(wireLimit) };
  }

  async function change(
    { key_id: keyId, limits: amounts }: z.infer<typeof changeSchema>,
    by: { operator: boolean },
  ) {
    await changeLimits(db, { amounts, keyId, ...by });
    limits.overrides.forget(currentTenant());
    return shown();
  }

  async function known(id: string): Promise<string> {
    if (await getTenant(db, id)) return id;
    throw new CallerError('not-found', `No tenant ${id}.`);
  }
}

function wireLimit({ name, amount, setFor, keyId }: LimitInForce) {
  return { name, amount, set_for: setFor, ...(keyId !== undefined && { key_id: keyId }) };
}
