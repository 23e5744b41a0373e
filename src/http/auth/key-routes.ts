import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import type { AppContext } from '../../app-context.ts';
import { type ApiKey, getKey, listKeys } from '../../db/api-keys.ts';
import { CallerError } from '../../errors.ts';
import { makeKey, renewKey, takeBackKey } from '../../identity/make-key.ts';
import { invalidInput } from '../check-input.ts';
import type { HttpEnv } from '../http-env.ts';
import { problems } from './problems.ts';
import { theCaller } from './the-caller.ts';
import { keySchema, madeKeySchema, newKeySchema, wireKey } from './wire-key.ts';

const tags = ['Keys'];
const json = <Schema extends z.ZodType>(schema: Schema) => ({ 'application/json': { schema } });
const idParam = z.object({ id: z.string().regex(/^[0-9a-f]{16}$/, 'expected the id of a key') });
const pageSchema = z
  .object({ keys: z.array(keySchema), next: z.string().nullable().describe('`before` of the next page.') })
  .openapi('KeyPage');
const querySchema = z.strictObject({
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
  before: idParam.shape.id.optional().describe('The last key of the page before.'),
});
const rotateSchema = z.strictObject({
  grace_seconds: z
    .int()
    .min(0)
    .max(30 * 86_400)
    .default(86_400)
    .describe('How long the secret that the key had stays good.'),
});

const listRoute = createRoute({
  method: 'get',
  path: '/api/v1/keys',
  tags,
  summary: 'List the keys, newest first',
  request: { query: querySchema },
  responses: { 200: { description: 'A page of them.', content: json(pageSchema) }, ...problems(400) },
});
const makeRoute = createRoute({
  method: 'post',
  path: '/api/v1/keys',
  tags,
  summary: 'Make a key',
  description: 'Nobody makes a key that reaches further than their own.',
  request: { body: { content: json(newKeySchema) } },
  responses: {
    201: { description: 'The key, shown this once.', content: json(madeKeySchema) },
    ...problems(400, 403),
  },
});
const getRoute = createRoute({
  method: 'get',
  path: '/api/v1/keys/{id}',
  tags,
  summary: 'Get a key',
  request: { params: idParam },
  responses: { 200: { description: 'The key.', content: json(keySchema) }, ...problems(400, 404) },
});
const revokeRoute = createRoute({
  method: 'delete',
  path: '/api/v1/keys/{id}',
  tags,
  summary: 'Revoke a key',
  description:
    'It stays in the list. It is good for nothing at once here, and within seconds at other replicas.',
  request: { params: idParam },
  responses: {
    200: { description: 'The revoked key.', content: json(keySchema) },
    ...problems(400, 403, 404),
  },
});
const rotateRoute = createRoute({
  method: 'post',
  path: '/api/v1/keys/{id}/rotate',
  tags,
  summary: 'Give a key another secret',
  request: { params: idParam, body: { content: json(rotateSchema) } },
  responses: {
    200: { description: 'The key with its new secret, shown this once.', content: json(madeKeySchema) },
    ...problems(400, 403, 404, 409),
  },
});

/** The keys of the caller's tenant. */
export function keyRoutes({ db }: AppContext): OpenAPIHono<HttpEnv> {
  const app = new OpenAPIHono<HttpEnv>({
    defaultHook: (result) => {
      if (!result.success) throw invalidInput(result.error);
    },
  });

  app.openapi(listRoute, async (c) => {
    const { limit, before } = c.req.valid('query');
    const last = before === undefined ? undefined : await find(before);
    const keys = await listKeys(db, { limit: limit + 1, before: last });
    const page = keys.slice(0, limit);
    return c.json(
      { keys: page.map(wireKey), next: keys.length > limit ? (page.at(-1)?.key_id ?? null) : null },
      200,
    );
  });

  app.openapi(makeRoute, async (c) => {
    const caller = theCaller();
    const made = await makeKey(db, caller, caller.tenant, toRequest(c.req.valid('json')));
    return c.json({ ...wireKey(made.key), key: made.text }, 201);
  });

  app.openapi(getRoute, async (c) => c.json(wireKey(await find(c.req.valid('param').id)), 200));

  app.openapi(revokeRoute, async (c) => {
    const key = await find(c.req.valid('param').id);
    return c.json(wireKey(await takeBackKey(db, theCaller(), key)), 200);
  });

  app.openapi(rotateRoute, async (c) => {
    const key = await find(c.req.valid('param').id);
    const made = await renewKey(db, theCaller(), key, c.req.valid('json').grace_seconds);
    return c.json({ ...wireKey(made.key), key: made.text }, 200);
  });

  return app;

  async function find(id: string): Promise<ApiKey> {
    const key = await getKey(db, id);
    if (key) return key;
    throw new CallerError('not-found', `No key ${id}.`);
  }
}

/** What somebody asks for a new key, in our words. */
export function toRequest({ expires_in_days: days, ...request }: z.output<typeof newKeySchema>) {
  return { ...request, ...(days && { expiresAt: new Date(Date.now() + days * 86_400_000) }) };
}
