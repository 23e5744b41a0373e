import { OpenAPIHono, z } from '@hono/zod-openapi';
import type { AppContext } from '../../app-context.ts';
import { CallerError } from '../../errors.ts';
import { forgetCallers } from '../../identity/memory.ts';
import { endSessions, listSessions } from '../../identity/sessions.ts';
import { describe } from '../describe.ts';
import type { HttpEnv } from '../http-env.ts';
import { askingUser } from './asking-user.ts';
import { dropSessionCookie } from './session-cookie.ts';

const tag = 'Log-in';

const sessionSchema = z
  .object({
    id: z.uuid(),
    kind: z.enum(['cookie', 'tokens']),
    current: z.boolean().describe('Whether it is the one that asks.'),
    address: z.string().nullable().describe('Where it began.'),
    agent: z.string().nullable().describe('What the client called itself.'),
    created_at: z.iso.datetime(),
    used_at: z.iso.datetime(),
    expires_at: z.iso.datetime(),
  })
  .openapi('Session');

/** The sessions of the user who asks. What ends them ends their tokens as well, at once. */
export function sessionRoutes({ db, config }: AppContext): OpenAPIHono<HttpEnv> {
  const app = new OpenAPIHono<HttpEnv>();

  describe(app, 'GET /api/v1/auth/sessions', {
    summary: 'List your sessions',
    tag,
    answer: z.object({ sessions: z.array(sessionSchema) }),
  });
  app.get('/api/v1/auth/sessions', async (c) => {
    const { id, session: current } = askingUser();
    const sessions = await listSessions(db, id);
    return c.json({
      sessions: sessions.map(({ session_id, secret_hash, address, agent, ...times }) => ({
        id: session_id,
        kind: secret_hash === null ? ('tokens' as const) : ('cookie' as const),
        current: session_id === current,
        address,
        agent,
        created_at: times.created_at.toISOString(),
        used_at: times.used_at.toISOString(),
        expires_at: times.expires_at.toISOString(),
      })),
    });
  });

  describe(app, 'DELETE /api/v1/auth/sessions/{session_id}', {
    summary: 'End one of your sessions',
    tag,
    answers: 'nothing',
  });
  app.delete('/api/v1/auth/sessions/:session_id', async (c) => {
    const id = c.req.param('session_id');
    const parsed = z.guid().toLowerCase().safeParse(id);
    if (!parsed.success || (await end({ only: parsed.data })) === 0) {
      throw new CallerError('not-found', `You have no session ${id}.`);
    }
    return c.body(null, 204);
  });

  describe(app, 'POST /api/v1/auth/logout', { summary: 'End this session', tag, answers: 'nothing' });
  app.post('/api/v1/auth/logout', async (c) => {
    await end({ only: askingUser().session });
    dropSessionCookie(c, config);
    return c.body(null, 204);
  });

  describe(app, 'POST /api/v1/auth/logout-all', {
    summary: 'End all your sessions',
    tag,
    answers: 'nothing',
  });
  app.post('/api/v1/auth/logout-all', async (c) => {
    await end({});
    dropSessionCookie(c, config);
    return c.body(null, 204);
  });

  async function end({ only }: { only?: string }): Promise<number> {
    const { id: userId } = askingUser();
    const ended = await endSessions(db, { userId, only });
    forgetCallers(db);
    return ended;
  }

  return app;
}
