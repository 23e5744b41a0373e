import { OpenAPIHono, z } from '@hono/zod-openapi';
import type { AppContext } from '../../app-context.ts';
import { recordAction } from '../../audit/record.ts';
import { startAttempt } from '../../identity/attempts.ts';
import { resetFromTried, resetTried } from '../../identity/login-pace.ts';
import type { MailPurpose } from '../../identity/mail-tokens.ts';
import { forgetCallers } from '../../identity/memory.ts';
import { changeOwnPassword, setPasswordByMail } from '../../identity/set-password.ts';
import { emailSchema, passwordSchema } from '../../identity/user-fields.ts';
import { inTenant, localTenant, tenantIdPattern } from '../../tenancy.ts';
import { addressOf } from '../address-of.ts';
import { describe } from '../describe.ts';
import type { HttpEnv } from '../http-env.ts';
import { readBody } from '../read-body.ts';
import { theCaller } from './the-caller.ts';
import { offerReset } from './write-to-user.ts';

const tag = 'Log-in';

const askSchema = z.strictObject({
  tenant: z.string().regex(tenantIdPattern, 'expected the id of a tenant').default(localTenant),
  email: emailSchema,
});
const setSchema = z.strictObject({
  token: z.string().max(300).describe('As it came by mail: what stands behind the # of the link.'),
  password: passwordSchema,
});
const changeSchema = z.strictObject({ current_password: passwordSchema, new_password: passwordSchema });

/** How users come by a password: by mail, or with the one that they have. */
export function passwordRoutes(context: AppContext): OpenAPIHono<HttpEnv> {
  const app = new OpenAPIHono<HttpEnv>();
  const { db, config } = context;

  describe(app, 'POST /api/v1/auth/reset-request', {
    summary: 'Ask for a new password by mail',
    description: 'The answer is the same whether anybody has that address or not.',
    tag,
    body: askSchema,
    example: { tenant: 'acme', email: 'ada@example.com' },
    answers: 'nothing',
    status: 202,
  });
  app.post('/api/v1/auth/reset-request', async (c) => {
    const { tenant, email } = await readBody(c, askSchema);
    const address = addressOf(c);
    if (address !== 'unknown') await startAttempt(db, resetFromTried(address));
    await startAttempt(db, resetTried({ tenant, email }));
    void inTenant(tenant, () => offerReset(context, email)); // nobody waits for it: its time would tell
    return c.body(null, 202);
  });

  describe(app, 'POST /api/v1/auth/reset', {
    summary: 'Set a new password with a token that came by mail',
    description: 'Opens an account that is locked. All sessions end.',
    tag,
    body: setSchema,
    answers: 'nothing',
  });
  app.post('/api/v1/auth/reset', async (c) => {
    await set(await readBody(c, setSchema), 'reset');
    return c.body(null, 204);
  });

  describe(app, 'POST /api/v1/auth/accept-invitation', {
    summary: 'Accept an invitation and choose a password',
    tag,
    body: setSchema,
    answers: 'nothing',
  });
  app.post('/api/v1/auth/accept-invitation', async (c) => {
    await set(await readBody(c, setSchema), 'invitation');
    return c.body(null, 204);
  });

  describe(app, 'POST /api/v1/me/password', {
    summary: 'Change your password',
    description: 'All your other sessions end.',
    tag,
    body: changeSchema,
    answers: 'nothing',
  });
  app.post('/api/v1/me/password', async (c) => {
    const { current_password: current, new_password: next } = await readBody(c, changeSchema);
    await changeOwnPassword({ db, config }, theCaller(), { current, next });
    forgetCallers(db);
    return c.body(null, 204);
  });

  async function set(given: z.output<typeof setSchema>, purpose: MailPurpose): Promise<void> {
    const { tenant, user } = await setPasswordByMail({ db, config }, { ...given, purpose });
    forgetCallers(db);
    const { user_id: id, name, role } = user;
    await inTenant(tenant, () =>
      recordAction(db, {
        action: purpose === 'reset' ? 'password-reset' : 'invitation-accept',
        target: { type: 'user', id },
        actor: { kind: 'user', id, name, role },
      }),
    );
  }

  return app;
}
