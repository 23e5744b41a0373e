import type { Readable, Writable } from 'node:stream';
import { z } from 'zod';
import { recordAction } from '../audit/record.ts';
import type { Database } from '../db/open-database.ts';
import { CallerError } from '../errors.ts';
import { changeUser } from '../identity/change-user.ts';
import { checkPassword } from '../identity/check-password.ts';
import { hashPassword } from '../identity/hash-password.ts';
import { wordsAbout } from '../identity/set-password.ts';
import {
  emailSchema,
  graphsSchema,
  nameSchema,
  passwordHashSchema,
  roleSchema,
} from '../identity/user-fields.ts';
import { createUser, findUserByEmail, listUsers, type NewUser, type User } from '../identity/users.ts';
import { printable } from '../printable.ts';
import { inTenant, tenantIdPattern } from '../tenancy.ts';
import { readLines } from './read-lines.ts';
import { readPassword } from './read-password.ts';

export interface UserCommand {
  db: Database['db'];
  tenant: string;
  output: Writable;
}

/** What the command line says of a new user. */
export interface UserOptions {
  tenant: string;
  email: string;
  name?: string;
  role?: string;
  graphs?: string[];
}

const fieldsSchema = z.strictObject({
  email: emailSchema,
  name: nameSchema.optional(),
  role: roleSchema.default('member'),
  graphs: graphsSchema.default(null),
});
const importedSchema = fieldsSchema.extend({ password_hash: passwordHashSchema });

/** How long a line of users to take over may be, in bytes. */
const longestLine = 100_000;

/** `baton user create`: adds a user whose password is asked for, or piped in. Throws a `CallerError` that says what is wrong. */
export async function createUserCommand(
  { db, tenant, output }: UserCommand,
  given: Omit<UserOptions, 'tenant'>,
  from: { input: Readable & { isTTY?: boolean }; prompt: Writable },
): Promise<void> {
  const fields = withName(read(fieldsSchema, given));
  await inTenant(tenant, async () => {
    await checkTenant(db, tenant);
    const password = await readPassword(from.input, from.prompt);
    checkPassword(password, wordsAbout(fields, tenant));
    const user = await add(db, { ...fields, passwordHash: await hashPassword(password) });
    output.write(`${user.email} is ${user.role} of ${tenant}.\n`);
  });
}

/**
 * `baton user import`: adds users with the hashes that another system kept. Each line of `input` is
 * `{"email", "name"?, "role"?, "graphs"?, "password_hash"}`. Those that are there already stay as they are. Returns whether every line
 * could be read; what could not is told with its number.
 */
export async function importUsersCommand(
  { db, tenant, output }: UserCommand,
  input: Readable,
): Promise<boolean> {
  const counts = { added: 0, known: 0, refused: 0 };
  await inTenant(tenant, async () => {
    await checkTenant(db, tenant);
    let number = 0;
    for await (const line of readLines(input, longestLine)) {
      number += 1;
      if (line?.trim() === '') continue;
      try {
        const { password_hash: passwordHash, ...said } = read(importedSchema, parse(line));
        const fields = { ...withName(said), passwordHash };
        const known = await findUserByEmail(db, fields.email);
        if (!known) await add(db, fields);
        counts[known ? 'known' : 'added'] += 1;
      } catch (error) {
        if (!(error instanceof CallerError)) throw error;
        counts.refused += 1;
        output.write(`line ${number}: ${printable(error.message)}\n`);
      }
    }
  });
  output.write(`${counts.added} added, ${counts.known} there already, ${counts.refused} refused.\n`);
  return counts.refused === 0;
}

/** `baton user list`: one user a line. */
export async function listUsersCommand({ db, tenant, output }: UserCommand): Promise<void> {
  const limit = 500;
  await inTenant(tenant, async () => {
    await checkTenant(db, tenant);
    for (let offset = 0; ; offset += limit) {
      const { users } = await listUsers(db, { limit, offset });
      for (const user of users) output.write(`${lineOf(user)}\n`);
      if (users.length < limit) return;
    }
  });
}

/** `baton user disable`, `baton user enable`. Who is disabled is logged out everywhere. */
export async function setStatusCommand(
  { db, tenant, output }: UserCommand,
  email: string,
  status: 'active' | 'disabled',
): Promise<void> {
  const address = read(emailSchema, email);
  await inTenant(tenant, async () => {
    await checkTenant(db, tenant);
    const found = await findUserByEmail(db, address);
    if (!found) throw new CallerError('not-found', `No user ${address} in ${tenant}.`);
    const user = await changeUser(db, undefined, found.user_id, { status });
    await note(db, user, 'user-update', { status });
    output.write(`${user.email} is ${user.status}.\n`);
  });
}

async function add(db: Database['db'], fields: NewUser): Promise<User> {
  const user = await createUser(db, fields);
  await note(db, user, 'user-create', { role: user.role, graphs: user.graphs });
  return user;
}

async function note(
  db: Database['db'],
  { user_id: id, email }: User,
  action: `user-${string}`,
  details: object,
): Promise<void> {
  await recordAction(db, {
    action,
    target: { type: 'user', id },
    details: { email, ...details },
  });
}

async function checkTenant(db: Database['db'], tenant: string): Promise<void> {
  const found =
    tenantIdPattern.test(tenant) &&
    (await db
      .selectFrom('baton.tenant')
      .select('tenant_id')
      .where('tenant_id', '=', tenant)
      .executeTakeFirst());
  if (!found) throw new CallerError('not-found', `No tenant ${printable(tenant)}: see baton tenant --help.`);
}

/** What an address says before its @ will do for a name. */
function withName<Fields extends { email: string; name?: string | undefined }>(fields: Fields) {
  return { ...fields, name: fields.name ?? fields.email.split('@')[0] ?? fields.email };
}

function lineOf({ email, name, role, graphs, status, last_login_at }: User): string {
  const seen = last_login_at ? `last here ${last_login_at.toISOString()}` : 'never here';
  return [email, name, role, status, graphs ? graphs.join(',') : 'all graphs', seen]
    .map(printable)
    .join('  ');
}

function read<Kind extends z.ZodType>(schema: Kind, input: unknown): z.output<Kind> {
  const checked = schema.safeParse(input);
  if (checked.success) return checked.data;
  const told = checked.error.issues.map(({ path, message }) => `${path.join('.') || 'value'}: ${message}`);
  throw new CallerError('invalid-request', told.join('; '));
}

function parse(line = ''): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw new CallerError('invalid-request', 'This is no JSON.', { cause });
  }
}
