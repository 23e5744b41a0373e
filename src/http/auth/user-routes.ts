import { OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { AppContext } from '../../app-context.ts';
import { CallerError } from '../../errors.ts';
import { changeUser, deleteUser } from '../../identity/change-user.ts';
import { checkPassword } from '../../identity/check-password.ts';
import { hashPassword } from '../../identity/hash-password.ts';
import { checkMayGive, checkMayTouch } from '../../identity/may-give.ts';
import { forgetCallers } from '../../identity/memory.ts';
import { wordsAbout } from '../../identity/set-password.ts';
import {
  emailSchema,
  graphsSchema,
  nameSchema,
  passwordHashSchema,
  passwordSchema,
  roleSchema,
} from '../../identity/user-fields.ts';
import { createUser, getUser, listUsers } from '../../identity/users.ts';
import { checkInput } from '../check-input.ts';
import { describe } from '../describe.ts';
import type { HttpEnv } from '../http-env.ts';
import { readBody } from '../read-body.ts';
import { theCaller } from './the-caller.ts';
import { userSchema, wireUser } from './wire-user.ts';
import { invite } from './write-to-user.ts';

const tag = 'Users';
const path = '/api/v1/users/{user_id}';

const newUserSchema = z.strictObject({
  email: emailSchema,
  name: nameSchema,
  role: roleSchema.default('member'),
  graphs: graphsSchema.default(null),
  password: passwordSchema.optional().describe('Absent, and no hash either: the user is invited by mail.'),
  password_hash: passwordHashSchema.optional().describe('From elsewhere: bcrypt or argon2id.'),
});
const changeSchema = z.strictObject({
  name: nameSchema.optional(),
  role: roleSchema.optional(),
  graphs: graphsSchema.optional(),
  status: z.enum(['active', 'disabled']).optional(),
});
const querySchema = z.object({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  offset: z.coerce.number().int().min(0).max(1_000_000).default(0),
});
const pageSchema = z.object({
  users: z.array(userSchema),
  total: z.int(),
  next_offset: z.int().nullable().describe('Where the next page begins; null on the last.'),
});
const invitedSchema = userSchema.extend({
  invitation_sent: z.boolean().describe('Whether a mail was taken; false also where none was needed.'),
});

/** The users of the tenant that asks. */
export function userRoutes(context: AppContext): OpenAPIHono<HttpEnv> {
  const app = new OpenAPIHono<HttpEnv>();
  const { db } = context;

  describe(app, 'GET /api/v1/users', { summary: 'List users', tag, query: querySchema, answer: pageSchema });
  app.get('/api/v1/users', async (c) => {
    const { limit, offset } = checkInput(querySchema, c.req.query());
    const { users, total } = await listUsers(db, { limit, offset });
    const end = offset + users.length;
    return c.json({
      users: users.map(wireUser),
      total,
      next_offset: users.length > 0 && end < total ? end : null,
    });
  });

  describe(app, 'POST /api/v1/users', {
    summary: 'Add a user, or invite one by mail',
    description: 'Nobody gives a role or graphs that they do not have themselves.',
    tag,
    body: newUserSchema,
    example: { email: 'ada@example.com', name: 'Ada', role: 'engineer' },
    answer: invitedSchema,
    status: 201,
  });
  app.post('/api/v1/users', async (c) => {
    const { password, password_hash: passwordHash, ...fields } = await readBody(c, newUserSchema);
    const caller = theCaller();
    checkMayGive(caller, fields);
    if (password !== undefined && passwordHash !== undefined) throw twoPasswords();
    if (password !== undefined) checkPassword(password, wordsAbout(fields, caller.tenant));
    const hash = password === undefined ? passwordHash : await hashPassword(password);
    const user = await createUser(db, { ...fields, passwordHash: hash });
    forgetCallers(db);
    const invitationSent = user.status === 'invited' && (await invite(context, user));
    return c.json({ ...wireUser(user), invitation_sent: invitationSent }, 201, {
      Location: `/api/v1/users/${user.user_id}`,
    });
  });

  describe(app, `GET ${path}`, { summary: 'Get a user', tag, answer: userSchema });
  app.get('/api/v1/users/:user_id', async (c) => c.json(wireUser(await getUser(db, readUserId(c)))));

  describe(app, `PATCH ${path}`, {
    summary: 'Change a user, or disable one',
    description: 'A user that is disabled has no sessions any more. The last admin cannot put itself out.',
    tag,
    body: changeSchema,
    example: { role: 'viewer' },
    answer: userSchema,
  });
  app.patch('/api/v1/users/:user_id', async (c) => {
    const change = await readBody(c, changeSchema);
    const user = await changeUser(db, theCaller(), readUserId(c), change);
    forgetCallers(db);
    return c.json(wireUser(user));
  });

  describe(app, `DELETE ${path}`, { summary: 'Delete a user', tag, answers: 'nothing' });
  app.delete('/api/v1/users/:user_id', async (c) => {
    await deleteUser(db, theCaller(), readUserId(c));
    forgetCallers(db);
    return c.body(null, 204);
  });

  describe(app, `POST ${path}/invitation`, {
    summary: 'Invite a user again',
    description: 'What it was sent before does not work any more.',
    tag,
    answer: invitedSchema,
  });
  app.post('/api/v1/users/:user_id/invitation', async (c) => {
    const user = await getUser(db, readUserId(c));
    checkMayTouch(theCaller(), user);
    if (user.status !== 'invited') throw new CallerError('conflict', `This user is ${user.status}.`);
    const invitationSent = await invite(context, user);
    return c.json({ ...wireUser(user), invitation_sent: invitationSent });
  });

  return app;
}

/** What is no id of a user names none. */
function readUserId(c: Context): string {
  const id = c.req.param('user_id') ?? '';
  const parsed = z.guid().toLowerCase().safeParse(id);
  if (!parsed.success) throw new CallerError('not-found', `No user ${id}.`);
  return parsed.data;
}

function twoPasswords(): CallerError {
  return new CallerError('invalid-request', 'Send password or password_hash, not both.');
}
