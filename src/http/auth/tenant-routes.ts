import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import type { AppContext } from '../../app-context.ts';
import { createTenant, getTenant, listTenants, type Tenant, updateTenant } from '../../db/tenants.ts';
import { CallerError } from '../../errors.ts';
import { makeKey } from '../../identity/make-key.ts';
import { forgetCallers } from '../../identity/memory.ts';
import { tenantIdPattern } from '../../tenancy.ts';
import { invalidInput } from '../check-input.ts';
import type { HttpEnv } from '../http-env.ts';
import { toRequest } from './key-routes.ts';
import { problems } from './problems.ts';
import { theCaller } from './the-caller.ts';
import { madeKeySchema, newKeySchema, wireKey } from './wire-key.ts';

const tags = ['Tenants'];
const json = <Schema extends z.ZodType>(schema: Schema) => ({ 'application/json': { schema } });
const id = z.string().regex(tenantIdPattern, 'expected small letters, digits and hyphens, 63 at most');
const name = z.string().trim().min(1).max(200);
const idParam = z.object({ id });

const tenantSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    suspended_at: z.iso.datetime().nullable().describe('It keeps what it has, and may do nothing.'),
    created_at: z.iso.datetime(),
  })
  .openapi('Tenant');
const pageSchema = z
  .object({
    tenants: z.array(tenantSchema),
    next: z.string().nullable().describe('`after` of the next page.'),
  })
  .openapi('TenantPage');

const one = { description: 'The tenant.', content: json(tenantSchema) };
const listRoute = createRoute({
  method: 'get',
  path: '/api/v1/tenants',
  tags,
  summary: 'List the tenants',
  request: {
    query: z.strictObject({
      limit: z.coerce.number().int().min(1).max(1_000).default(100),
      after: id.optional().describe('The last tenant of the page before.'),
    }),
  },
  responses: {
    200: { description: 'A page of them, by id.', content: json(pageSchema) },
    ...problems(400, 403),
  },
});
const makeRoute = createRoute({
  method: 'post',
  path: '/api/v1/tenants',
  tags,
  summary: 'Make a tenant',
  request: { body: { content: json(z.strictObject({ id, name: name.optional() }).openapi('NewTenant')) } },
  responses: { 201: one, ...problems(400, 403, 409) },
});
const getRoute = createRoute({
  method: 'get',
  path: '/api/v1/tenants/{id}',
  tags,
  summary: 'Get a tenant',
  request: { params: idParam },
  responses: { 200: one, ...problems(400, 403, 404) },
});
const changeSchema = z
  .strictObject({ name: name.optional(), suspended: z.boolean().optional() })
  .openapi('TenantChange');
const changeRoute = createRoute({
  method: 'patch',
  path: '/api/v1/tenants/{id}',
  tags,
  summary: 'Rename a tenant, suspend it or let it go on',
  request: { params: idParam, body: { content: json(changeSchema) } },
  responses: { 200: one, ...problems(400, 403, 404) },
});
const makeKeyRoute = createRoute({
  method: 'post',
  path: '/api/v1/tenants/{id}/keys',
  tags,
  summary: 'Make a key of a tenant, such as its first',
  request: { params: idParam, body: { content: json(newKeySchema) } },
  responses: {
    201: { description: 'The key, shown this once.', content: json(madeKeySchema) },
    ...problems(400, 403, 404),
  },
});

/** The tenants of the service, for operators. */
export function tenantRoutes({ db }: AppContext): OpenAPIHono<HttpEnv> {
  const app = new OpenAPIHono<HttpEnv>({
    defaultHook: (result) => {
      if (!result.success) throw invalidInput(result.error);
    },
  });

  app.openapi(listRoute, async (c) => {
    const { limit, after } = c.req.valid('query');
    const tenants = await listTenants(db, { limit: limit + 1, after });
    const page = tenants.slice(0, limit);
    const next = tenants.length > limit ? (page.at(-1)?.tenant_id ?? null) : null;
    return c.json({ tenants: page.map(wireTenant), next }, 200);
  });

  app.openapi(makeRoute, async (c) => {
    const { id: tenantId, name = tenantId } = c.req.valid('json');
    const made = await createTenant(db, { tenantId, name });
    if (!made) throw new CallerError('conflict', `There is a tenant ${tenantId} already.`);
    forgetCallers(db);
    return c.json(wireTenant(made), 201);
  });

  app.openapi(getRoute, async (c) => c.json(wireTenant(await find(c.req.valid('param').id)), 200));

  app.openapi(changeRoute, async (c) => {
    const { id: tenantId } = c.req.valid('param');
    const change = c.req.valid('json');
    if (change.suspended && tenantId === theCaller().tenant) {
      throw new CallerError(
        'conflict',
        'You would suspend yourself: an operator of another tenant can do it.',
      );
    }
    const changed = await updateTenant(db, tenantId, change);
    if (!changed) throw noTenant(tenantId);
    forgetCallers(db);
    return c.json(wireTenant(changed), 200);
  });

  app.openapi(makeKeyRoute, async (c) => {
    const { tenant_id } = await find(c.req.valid('param').id);
    const made = await makeKey(db, theCaller(), tenant_id, toRequest(c.req.valid('json')));
    return c.json({ ...wireKey(made.key), key: made.text }, 201);
  });

  return app;

  async function find(tenantId: string): Promise<Tenant> {
    const tenant = await getTenant(db, tenantId);
    if (tenant) return tenant;
    throw noTenant(tenantId);
  }
}

function noTenant(tenantId: string): CallerError {
  return new CallerError('not-found', `No tenant ${tenantId}.`);
}

function wireTenant({ tenant_id, name, suspended_at, created_at }: Tenant): z.output<typeof tenantSchema> {
  return {
    id: tenant_id,
    name,
    suspended_at: suspended_at?.toISOString() ?? null,
    created_at: created_at.toISOString(),
  };
}
