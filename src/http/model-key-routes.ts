import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import type { AppContext } from '../app-context.ts';
import { CallerError } from '../errors.ts';
import type { KeyDesk } from '../model/pool/key-desk.ts';
import {
  addKey,
  changeKey,
  findKey,
  type KeyRing,
  listKeys,
  removeKey,
  replaceSecret,
} from '../model/pool/manage-keys.ts';
import { testKey } from '../model/pool/test-key.ts';
import { currentTenant } from '../tenancy.ts';
import { problems } from './auth/problems.ts';
import { invalidInput } from './check-input.ts';
import type { HttpEnv } from './http-env.ts';
import {
  modelKeyChangesSchema,
  modelKeyPageSchema,
  modelKeySchema,
  modelSecret,
  newModelKeySchema,
  toKeyChanges,
  wireFixedKey,
  wireModelKey,
} from './wire-model-key.ts';

const params = z.object({ id: z.string().regex(/^[A-Za-z][\w-]{0,63}$/, 'expected the id of a model key') });
const json = <Schema extends z.ZodType>(schema: Schema) => ({ 'application/json': { schema } });
const testSchema = z
  .object({
    ok: z.boolean(),
    status: z.int().nullable().describe('Of the provider’s answer; null where there was none.'),
    message: z.string(),
  })
  .openapi('ModelKeyTest');

/** The keys of the caller's tenant. */
export function modelKeyRoutes(context: AppContext): OpenAPIHono<HttpEnv> {
  return keyRoutesAt('/api/v1/model-keys', 'the tenant’s', context, currentTenant);
}

/** The keys of the service, for operators. */
export function sharedModelKeyRoutes(context: AppContext): OpenAPIHono<HttpEnv> {
  return keyRoutesAt('/api/v1/shared-model-keys', 'the service’s', context, () => null);
}

function keyRoutesAt(
  path: string,
  whose: string,
  context: AppContext,
  ownerOf: () => string | null,
): OpenAPIHono<HttpEnv> {
  const { pool, clients, stored } = context.keys;
  const ring = keyRingOf(context);
  const routes = describeRoutes(path, whose);
  const app = new OpenAPIHono<HttpEnv>({
    defaultHook: (result) => {
      if (!result.success) throw invalidInput(result.error);
    },
  });

  app.openapi(routes.list, async (c) => {
    const owner = ownerOf();
    const rows = await listKeys(ring, owner);
    const desks = await desksOf(owner);
    const now = pool.now();
    const own = rows.map((row) => wireModelKey(row, desks.get(row.key_id), now));
    return c.json({ keys: [...own, ...fixedDesks(owner).map((desk) => wireFixedKey(desk, now))] }, 200);
  });
  app.openapi(routes.add, async (c) => {
    const body = c.req.valid('json');
    const { max_concurrency, requests_per_minute, tokens_per_minute, base_url, ...same } = body;
    const row = await addKey(ring, ownerOf(), {
      ...same,
      name: body.name ?? body.provider,
      baseUrl: base_url,
      maxConcurrency: max_concurrency,
      requestsPerMinute: requests_per_minute,
      tokensPerMinute: tokens_per_minute,
    });
    return c.json(wireModelKey(row, undefined, pool.now()), 201);
  });
  app.openapi(routes.get, async (c) => c.json(await shown(c.req.valid('param').id), 200));
  app.openapi(routes.change, async (c) => {
    const { id } = c.req.valid('param');
    await changeKey(ring, ownerOf(), id, toKeyChanges(c.req.valid('json')));
    return c.json(await shown(id), 200);
  });
  app.openapi(routes.replace, async (c) => {
    const { id } = c.req.valid('param');
    await replaceSecret(ring, ownerOf(), id, c.req.valid('json').secret);
    return c.json(await shown(id), 200);
  });
  app.openapi(routes.remove, async (c) => {
    await removeKey(ring, ownerOf(), c.req.valid('param').id);
    return c.body(null, 204);
  });
  app.openapi(routes.test, async (c) => {
    const { id } = c.req.valid('param');
    const stored = (await desksOf(ownerOf())).get(id);
    const desk = stored ?? fixedDesks(ownerOf()).find(({ key }) => key.id === id);
    if (!desk) throw new CallerError('not-found', `No model key ${id}.`);
    return c.json(await testKey({ pool, clients }, desk.key), 200);
  });
  return app;

  async function shown(id: string) {
    const owner = ownerOf();
    const row = await findKey(ring, owner, id);
    return wireModelKey(row, (await desksOf(owner)).get(id), pool.now());
  }

  function fixedDesks(owner: string | null): KeyDesk[] {
    return pool.known().filter(({ key }) => key.source !== 'database' && key.tenant === owner);
  }

  async function desksOf(owner: string | null) {
    const keys = (await stored?.of(owner))?.keys ?? [];
    return new Map(keys.map((key) => [key.id, pool.deskOf(key)]));
  }
}

function keyRingOf({ db, config, keys }: AppContext): KeyRing {
  const { stored } = keys;
  return {
    db,
    secretKeys: config.secrets.keys,
    allow: config.models.allow,
    ...(stored && { forget: stored.forget }),
  };
}

function describeRoutes(path: string, whose: string) {
  const tags = ['Model keys'];
  const one = { tags, path: `${path}/{id}` as const };
  const key = { description: 'The key.', content: json(modelKeySchema) };
  const body = <Schema extends z.ZodType>(schema: Schema) => ({
    body: { required: true, content: json(schema) },
  });
  return {
    list: createRoute({
      method: 'get',
      path,
      tags,
      summary: `List ${whose} keys of model providers`,
      responses: { 200: { description: 'All of them.', content: json(modelKeyPageSchema) } },
    }),
    add: createRoute({
      method: 'post',
      path,
      tags,
      summary: `Add a key to ${whose}`,
      request: body(newModelKeySchema),
      responses: { 201: key, ...problems(400, 409, 422) },
    }),
    get: createRoute({
      method: 'get',
      ...one,
      summary: `Get one of ${whose} keys`,
      request: { params },
      responses: { 200: key, ...problems(400, 404) },
    }),
    change: createRoute({
      method: 'patch',
      ...one,
      summary: 'Change a key’s name, weight, limits or models, or disable it',
      description: 'The provider and the base URL stay: for another one, add another key.',
      request: { params, ...body(modelKeyChangesSchema) },
      responses: { 200: key, ...problems(400, 404) },
    }),
    replace: createRoute({
      method: 'put',
      path: `${path}/{id}/secret`,
      tags,
      summary: 'Give a key another secret',
      request: { params, ...body(z.strictObject({ secret: modelSecret })) },
      responses: { 200: key, ...problems(400, 404, 422) },
    }),
    remove: createRoute({
      method: 'delete',
      ...one,
      summary: 'Delete a key',
      description: 'Other replicas use it for ten more seconds at most.',
      request: { params },
      responses: { 204: { description: 'It is gone.' }, ...problems(400, 404) },
    }),
    test: createRoute({
      method: 'post',
      path: `${path}/{id}/test`,
      tags,
      summary: 'Ask the provider whether it takes a key',
      request: { params },
      responses: {
        200: { description: 'What it said.', content: json(testSchema) },
        ...problems(400, 404, 422),
      },
    }),
  };
}
