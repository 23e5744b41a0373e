import type { Kysely } from 'kysely';
import type { Schema } from '../db/schema.ts';
import { CallerError } from '../errors.ts';
import type { Caller, Role } from '../tenancy.ts';
import { checkMayGive, checkMayTouch } from './may-give.ts';
import { endSessions } from './sessions.ts';
import { changedNow, noUser, type User, userColumns } from './users.ts';

export interface UserChange {
  name?: string | undefined;
  role?: Role | undefined;
  graphs?: string[] | null | undefined;
  status?: 'active' | 'disabled' | undefined;
}

/**
 * Changes a user of the current tenant; `caller` is who asks for it, absent for whoever has the machine. A user that is disabled has
 * no sessions any more, and so no valid tokens.
 *
 * Throws a `CallerError`: `not-found`; `forbidden` for more than the caller has itself; `conflict` when no user would be left who
 * is an admin, or a user who never had a password is to be active.
 */
export function changeUser(
  db: Kysely<Schema>,
  caller: Caller | undefined,
  userId: string,
  change: UserChange,
): Promise<User> {
  return db.transaction().execute(async (trx) => {
    const before = await lockUser(trx, userId);
    checkMayTouch(caller, before);
    checkMayGive(caller, change);
    if (change.status === 'active' && before.password_hash === null) {
      throw new CallerError('conflict', 'This user has no password yet: invite it again.');
    }
    const after = { ...before, ...defined(change) };
    if (!isLeading(after)) keepAnAdmin(caller, before);
    if (change.status === 'disabled') await shutOut(trx, userId);
    return trx
      .updateTable('baton.user')
      .set({ ...defined(change), ...changedNow })
      .where('user_id', '=', userId)
      .returning(userColumns)
      .executeTakeFirstOrThrow();
  });
}

/** Deletes a user of the current tenant with its sessions. Throws as `changeUser` does. */
export function deleteUser(db: Kysely<Schema>, caller: Caller | undefined, userId: string): Promise<User> {
  return db.transaction().execute(async (trx) => {
    const before = await lockUser(trx, userId);
    checkMayTouch(caller, before);
    keepAnAdmin(caller, before);
    return trx
      .deleteFrom('baton.user')
      .where('user_id', '=', userId)
      .returning(userColumns)
      .executeTakeFirstOrThrow();
  });
}

/** All admins of the tenant are locked with it, in one order, so that two of them cannot put each other out at once. */
async function lockUser(trx: Kysely<Schema>, userId: string) {
  const locked = await trx
    .selectFrom('baton.user')
    .select(['user_id', 'role', 'graphs', 'status', 'password_hash'])
    .where((eb) => eb.or([eb('user_id', '=', userId), eb('role', '=', 'admin')]))
    .orderBy('user_id')
    .forUpdate()
    .execute();
  const user = locked.find(({ user_id }) => user_id === userId);
  if (!user) throw noUser(userId);
  return { ...user, admins: locked.filter(isLeading).map(({ user_id }) => user_id) };
}

function isLeading({ role, status }: { role: Role; status: User['status'] }): boolean {
  return role === 'admin' && status === 'active';
}

/** A user may not put the last admin out, which is itself. Whoever has a key or the machine can make another one. */
function keepAnAdmin(
  caller: Caller | undefined,
  { user_id, admins }: { user_id: string; admins: string[] },
): void {
  if (caller?.kind !== 'user') return;
  if (admins.length === 1 && admins[0] === user_id) {
    throw new CallerError('conflict', 'This is the last admin: make another user one first.');
  }
}

/** Ends what a user has open, and the ways in that are under way to it. */
async function shutOut(trx: Kysely<Schema>, userId: string): Promise<void> {
  await endSessions(trx, { userId });
  await trx.deleteFrom('baton.mail_token').where('user_id', '=', userId).execute();
}

function defined<T extends object>(change: T): { [Key in keyof T]?: Exclude<T[Key], undefined> } {
  const entries = Object.entries(change).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [Key in keyof T]?: Exclude<T[Key], undefined> }; // as filtered
}
