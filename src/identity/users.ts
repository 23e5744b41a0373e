import { randomUUID } from 'node:crypto';
import { type Kysely, type Selectable, sql } from 'kysely';
import type { Schema } from '../db/schema.ts';
import type { UserTable } from '../db/tables/user-tables.ts';
import { CallerError } from '../errors.ts';
import type { Role } from '../tenancy.ts';

/** A user without what is nobody's business. */
export type User = Omit<Selectable<UserTable>, 'tenant_id' | 'password_hash'>;

export interface NewUser {
  /** In lower case. */
  email: string;
  name: string;
  role: Role;
  /** Null: all. */
  graphs: string[] | null;
  /** Absent: the user is invited, and sets a password when it comes. */
  passwordHash?: string | undefined;
}

export const userColumns = [
  'user_id',
  'email',
  'name',
  'role',
  'graphs',
  'status',
  'last_login_at',
  'created_at',
  'updated_at',
] as const satisfies (keyof UserTable)[];

/** Adds a user to the current tenant. Throws a `CallerError` (`conflict`) when it has one of that address. */
export async function createUser(db: Kysely<Schema>, user: NewUser): Promise<User> {
  const { email, name, role, graphs, passwordHash } = user;
  const created = await db
    .insertInto('baton.user')
    .values({
      user_id: randomUUID(),
      email,
      name,
      role,
      graphs,
      status: passwordHash ? 'active' : 'invited',
      password_hash: passwordHash ?? null,
    })
    .onConflict((conflict) => conflict.columns(['tenant_id', 'email']).doNothing())
    .returning(userColumns)
    .executeTakeFirst();
  if (!created) throw new CallerError('conflict', `There is a user with the address ${email}.`);
  return created;
}

/** A page of the users of the current tenant, by address, and how many there are. */
export async function listUsers(
  db: Kysely<Schema>,
  { limit, offset }: { limit: number; offset: number },
): Promise<{ users: User[]; total: number }> {
  const users = await db
    .selectFrom('baton.user')
    .select(userColumns)
    .orderBy('email')
    .limit(limit)
    .offset(offset)
    .execute();
  const { total } = await db
    .selectFrom('baton.user')
    .select((eb) => eb.fn.countAll<number>().as('total'))
    .executeTakeFirstOrThrow();
  return { users, total: Number(total) };
}

/** Throws a `CallerError` (`not-found`). */
export async function getUser(db: Kysely<Schema>, userId: string): Promise<User> {
  const user = await db
    .selectFrom('baton.user')
    .select(userColumns)
    .where('user_id', '=', userId)
    .executeTakeFirst();
  if (!user) throw noUser(userId);
  return user;
}

export function findUserByEmail(db: Kysely<Schema>, email: string): Promise<User | undefined> {
  return db.selectFrom('baton.user').select(userColumns).where('email', '=', email).executeTakeFirst();
}

export function noUser(userId: string): CallerError {
  return new CallerError('not-found', `No user ${userId}.`);
}

/** When a row was changed: a part of a statement. */
export const changedNow = { updated_at: sql<Date>`now()` };
