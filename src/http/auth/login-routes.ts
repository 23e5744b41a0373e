import { OpenAPIHono, z } from '@hono/zod-openapi';
import type { AppContext } from '../../app-context.ts';
import { recordAction } from '../../audit/record.ts';
import { CallerError } from '../../errors.ts';
import { csrfTokenOf } from '../../identity/csrf-token.ts';
import { issueToken } from '../../identity/issue-token.ts';
import { type FailedLogIn, logIn } from '../../identity/log-in.ts';
import { refreshSession } from '../../identity/refresh-session.ts';
import { signingKey } from '../../identity/signing-key.ts';
import { emailSchema, passwordSchema } from '../../identity/user-fields.ts';
import { type Caller, inTenant, localTenant, tenantIdPattern } from '../../tenancy.ts';
import { addressOf } from '../address-of.ts';
import { describe } from '../describe.ts';
import type { HttpEnv } from '../http-env.ts';
import { readBody } from '../read-body.ts';
import { readSessionCookie, setSessionCookie } from './session-cookie.ts';
import { userSchema, wireUser } from './wire-user.ts';

const tag = 'Log-in';

const loginSchema = z.strictObject({
  tenant: z.string().regex(tenantIdPattern, 'expected the id of a tenant').default(localTenant),
  email: emailSchema,
  password: passwordSchema,
  tokens: z.boolean().default(false).describe('Answer with tokens, for programs, instead of a cookie.'),
});
const refreshSchema = z.strictObject({ refresh_token: z.string().max(300) });
const tokensSchema = z.object({
  access_token: z.string().describe('For the header `Authorization: Bearer …`.'),
  refresh_token: z.string().describe('For /api/v1/auth/refresh, once.'),
  expires_in: z.int().describe('How long the access token is valid, in seconds.'),
});
const csrfSchema = z.object({ csrf_token: z.string().describe('For the header `X-CSRF-Token`.') });

/** How users come in with a password. */
export function loginRoutes(context: AppContext): OpenAPIHono<HttpEnv> {
  const app = new OpenAPIHono<HttpEnv>();
  const { db, config } = context;

  describe(app, 'POST /api/v1/auth/login', {
    summary: 'Log in with a password',
    description:
      'Sets a cookie and answers with the token that requests with it need, or with `tokens` gives an access and a refresh token. Whatever is not right, the answer is the same; who fails too often waits.',
    tag,
    body: loginSchema,
    example: { tenant: 'acme', email: 'ada@example.com', password: 'several words that do not belong' },
    answer: z.object({ user: userSchema }).and(z.union([tokensSchema, csrfSchema])),
  });
  app.post('/api/v1/auth/login', async (c) => {
    const asked = await readBody(c, loginSchema);
    if (asked.tokens) signingKey(config); // better told before a session begins
    const address = addressOf(c);
    const place = {
      ...(address !== 'unknown' && { address }),
      agent: c.req.header('user-agent'),
    };
    const { user, session } = await logIn({ db, config, onFailure }, { ...asked, ...place });
    const { user_id: id, name, role, graphs } = user;
    const caller: Caller = { tenant: asked.tenant, kind: 'user', id, name, role, ...(graphs && { graphs }) };
    await inTenant({ tenant: asked.tenant, caller }, () =>
      recordAction(db, { action: 'user-login', target: { type: 'session', id: session.sessionId } }),
    );
    if (asked.tokens) {
      return c.json({
        user: wireUser(user),
        ...(await tokensFor(caller, session.sessionId, session.secret)),
      });
    }
    setSessionCookie(c, config, session.secret, session.endsAt);
    return c.json({ user: wireUser(user), csrf_token: csrfTokenOf(session.secret) });
  });

  describe(app, 'POST /api/v1/auth/refresh', {
    summary: 'Trade a refresh token for new tokens',
    description:
      'Each can be used once: one that comes a second time ends its session, with all of its tokens.',
    tag,
    body: refreshSchema,
    answer: tokensSchema,
  });
  app.post('/api/v1/auth/refresh', async (c) => {
    const { refresh_token: refreshToken } = await readBody(c, refreshSchema);
    signingKey(config);
    const refreshed = await refreshSession({ db, config }, refreshToken);
    if ('refused' in refreshed) {
      if (refreshed.refused === 'reused') await recordReuse(refreshed);
      throw new CallerError('unauthenticated', 'This refresh token is not valid: log in again.');
    }
    return c.json(await tokensFor(refreshed.caller, refreshed.sessionId, refreshed.refreshToken));
  });

  describe(app, 'GET /api/v1/auth/csrf', {
    summary: 'The token that requests with a session’s cookie need',
    description: 'Every request that changes something and stands on the cookie brings it in `X-CSRF-Token`.',
    tag,
    answer: csrfSchema,
  });
  app.get('/api/v1/auth/csrf', async (c) => {
    const cookie = readSessionCookie(c, config);
    if (cookie === undefined) throw new CallerError('conflict', 'This request has no session’s cookie.');
    return c.json({ csrf_token: csrfTokenOf(cookie) });
  });

  async function tokensFor(caller: Caller, sid: string, refreshToken: string) {
    const { tenant, id: sub, name, role, graphs } = caller;
    const expiresIn = config.users.accessTokenMinutes * 60;
    const request = { tenant, sub, kind: 'user' as const, role, name, graphs, sid, ttlSeconds: expiresIn };
    const { token: accessToken } = await issueToken(config, request);
    return { access_token: accessToken, refresh_token: refreshToken, expires_in: expiresIn };
  }

  async function recordReuse({ tenant, userId }: { tenant?: string; userId?: string }): Promise<void> {
    if (tenant === undefined) return;
    await inTenant(tenant, () =>
      recordAction(db, { action: 'session-reuse', target: { type: 'user', id: userId }, outcome: 'refused' }),
    );
  }

  /** What is tried on accounts that do not exist concerns no tenant. */
  async function onFailure({ tenant, email, userId, locked }: FailedLogIn): Promise<void> {
    const target = { type: 'user', ...(userId !== undefined && { id: userId }) };
    const details = { email, ...(userId === undefined && { tenant }) };
    const entry = { target, details, outcome: 'refused' as const, ...(userId !== undefined && { tenant }) };
    await recordAction(db, { action: 'login-fail', ...entry });
    if (locked) await recordAction(db, { action: 'account-lock', ...entry });
  }

  return app;
}
