import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import type { AppContext } from '../../app-context.ts';
import { revokeToken } from '../../db/revoked-tokens.ts';
import { CallerError } from '../../errors.ts';
import { covers, narrow, reaches } from '../../identity/covers.ts';
import { issueToken } from '../../identity/issue-token.ts';
import { looksLikeKey } from '../../identity/key-text.ts';
import { forgetCallers } from '../../identity/memory.ts';
import { openCallers } from '../../identity/open-callers.ts';
import { type Scope, scopes } from '../../identity/scopes.ts';
import { roles } from '../../tenancy.ts';
import { invalidInput } from '../check-input.ts';
import type { HttpEnv } from '../http-env.ts';
import { problems } from './problems.ts';
import { readCredential } from './read-credential.ts';
import { theCaller } from './the-caller.ts';

const tags = ['Tokens'];
const json = <Schema extends z.ZodType>(schema: Schema) => ({ 'application/json': { schema } });

const wantedSchema = z
  .strictObject({
    ttl_seconds: z.int().min(1).max(31_536_000).optional().describe('A day unless set.'),
    role: z.enum(roles).optional(),
    scopes: z.array(z.enum(scopes)).min(1).max(scopes.length).optional(),
    graphs: z.array(z.string().min(1).max(64)).min(1).max(100).optional(),
  })
  .openapi('TokenRequest');
const tokenSchema = z
  .object({
    access_token: z.string(),
    token_type: z.literal('Bearer'),
    expires_in: z.int().describe('Seconds.'),
    expires_at: z.iso.datetime(),
  })
  .openapi('Token');
const issueRoute = createRoute({
  method: 'post',
  path: '/api/v1/auth/token',
  tags,
  summary: 'Exchange a key for a token',
  description: 'The token does what the key may do, or less where that is asked, and ends with the key.',
  request: { body: { content: json(wantedSchema) } },
  responses: {
    200: { description: 'The token.', content: json(tokenSchema) },
    ...problems(400, 401, 403, 422),
  },
});

const revokeSchema = z
  .strictObject({
    token: z.string().max(8_192).optional().describe('The token that is used to ask unless set.'),
  })
  .openapi('TokenRevocation');
const revokeRoute = createRoute({
  method: 'post',
  path: '/api/v1/auth/revoke',
  tags,
  summary: 'Take a token back before it runs out',
  description:
    'One’s own; an admin may take back every token of the tenant. Answers the same for a token that is none.',
  request: { body: { content: json(revokeSchema) } },
  responses: { 204: { description: 'It is good for nothing.' }, ...problems(400, 401, 403) },
});

const callerSchema = z
  .object({
    tenant: z.string(),
    kind: z.enum(['local', 'key', 'user', 'token']),
    id: z.string(),
    name: z.string(),
    role: z.enum(roles),
    graphs: z.array(z.string()).nullable(),
    scopes: z.array(z.string()).nullable(),
    operator: z.boolean(),
  })
  .openapi('Caller');
const callerRoute = createRoute({
  method: 'get',
  path: '/api/v1/auth/caller',
  tags,
  summary: 'Who you are here',
  responses: { 200: { description: 'You.', content: json(callerSchema) }, ...problems(401) },
});

/** Tokens of the service itself, and who asks with them. */
export function tokenRoutes(context: AppContext): OpenAPIHono<HttpEnv> {
  const { config, db } = context;
  const findCaller = openCallers(context);
  const app = new OpenAPIHono<HttpEnv>({
    defaultHook: (result) => {
      if (!result.success) throw invalidInput(result.error);
    },
  });

  app.openapi(issueRoute, async (c) => {
    const caller = theCaller();
    if (caller.kind !== 'key' || !looksLikeKey(readCredential(c) ?? '')) {
      throw new CallerError('forbidden', 'A token is given for a key: ask with the key itself.');
    }
    const { ttl_seconds: ttlSeconds, role: least = caller.role, ...wanted } = c.req.valid('json');
    const asked = { role: least, graphs: caller.graphs, scopes: caller.scopes, ...wanted };
    if (!covers(caller, asked))
      throw new CallerError('forbidden', 'The token would reach further than the key.');
    const { role, graphs, scopes, tenant, id: sub, name } = narrow(caller, asked);
    const issued = await issueToken(config, {
      tenant,
      sub,
      kind: 'key',
      role,
      name,
      graphs,
      scopes: scopes as Scope[] | undefined, // of a key, whose scopes are these
      ttlSeconds,
    });
    return c.json(
      {
        access_token: issued.token,
        token_type: 'Bearer' as const,
        expires_in: issued.lifetime,
        expires_at: issued.expiresAt.toISOString(),
      },
      200,
    );
  });

  app.openapi(revokeRoute, async (c) => {
    const caller = theCaller();
    const token = c.req.valid('json').token ?? readCredential(c) ?? '';
    if (looksLikeKey(token)) {
      throw new CallerError('invalid-request', 'That is a key: DELETE /api/v1/keys/{id} takes it back.');
    }
    const bearer = token === '' ? undefined : await findCaller(token);
    if (bearer?.tenant !== caller.tenant) return c.body(null, 204);
    const own = bearer.kind === caller.kind && bearer.id === caller.id;
    if (!own && !reaches(caller.role, 'admin'))
      throw new CallerError('forbidden', 'This needs the role admin.');
    const { revocationOf } = await import('../../identity/caller-of-token.ts');
    await revokeToken(db, { ...revocationOf(token), revokedBy: `${caller.kind}:${caller.id}` });
    forgetCallers(db);
    return c.body(null, 204);
  });

  app.openapi(callerRoute, (c) => {
    const { tenant, kind, id, name, role, graphs, scopes, operator } = theCaller();
    const held = { graphs: graphs ? [...graphs] : null, scopes: scopes ? [...scopes] : null };
    return c.json({ tenant, kind, id, name, role, ...held, operator: operator ?? false }, 200);
  });

  return app;
}
