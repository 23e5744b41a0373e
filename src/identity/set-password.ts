import { type Kysely, sql } from 'kysely';
import type { Config } from '../config.ts';
import type { Schema } from '../db/schema.ts';
import { CallerError } from '../errors.ts';
import { type Caller, inTenant } from '../tenancy.ts';
import { forgetAttempts, startAttempt } from './attempts.ts';
import { checkPassword } from './check-password.ts';
import { hashPassword, verifyPassword } from './hash-password.ts';
import { accountTried } from './login-pace.ts';
import type { MailPurpose } from './mail-tokens.ts';
import { hashSecret, readSecret } from './secret-text.ts';
import { endSessions } from './sessions.ts';
import { changedNow, type User, userColumns } from './users.ts';

export interface PasswordContext {
  db: Kysely<Schema>;
  config: Pick<Config, 'users'>;
}

/**
 * Sets the password of whom a token was mailed to, once. All its sessions end, what locked the account is forgotten, and who was
 * invited is active.
 *
 * Throws a `CallerError`: `invalid-request` for a password that will not do, which leaves the token as it is, and for a token that is
 * unknown, used, or has expired.
 */
export async function setPasswordByMail(
  { db, config }: PasswordContext,
  { token, purpose, password }: { token: string; purpose: MailPurpose; password: string },
): Promise<{ tenant: string; user: User }> {
  const secret = readSecret(token);
  if (!secret) throw noToken();
  const { tenant } = secret;
  const user = await inTenant(tenant, async () => {
    const owner = await ownerOf(db, hashSecret(secret), purpose).executeTakeFirst();
    if (!owner) throw noToken();
    checkPassword(password, wordsAbout(owner, tenant));
    const hash = await hashPassword(password);
    return db.transaction().execute(async (trx) => {
      const used = await trx
        .deleteFrom('baton.mail_token')
        .where('token_hash', '=', hashSecret(secret))
        .where('expires_at', '>', sql<Date>`now()`)
        .executeTakeFirstOrThrow();
      if (used.numDeletedRows === 0n) throw noToken();
      return writePassword(trx, owner.user_id, hash);
    });
  });
  await forgetAttempts(db, accountTried(config, { tenant, email: user.email }));
  return { tenant, user };
}

/**
 * Changes the password of the user who asks and knows the old one. All its other sessions end.
 *
 * Throws a `CallerError`: `forbidden` when the old one is wrong, `too-many-requests` when that happens too often, `invalid-request`
 * for a new one that will not do, `conflict` for a caller that has none.
 */
export async function changeOwnPassword(
  { db, config }: PasswordContext,
  caller: Caller,
  { current, next }: { current: string; next: string },
): Promise<User> {
  const known = await ownPassword(db, caller);
  if (!known) throw new CallerError('conflict', 'Only users have passwords here.');
  const tried = accountTried(config, { tenant: caller.tenant, email: known.email });
  await startAttempt(db, tried);
  if (!(await verifyPassword(current, known.password_hash))) {
    throw new CallerError('forbidden', 'The current password is not right.');
  }
  await forgetAttempts(db, tried);
  checkPassword(next, wordsAbout(known, caller.tenant));
  const hash = await hashPassword(next);
  return db.transaction().execute((trx) => writePassword(trx, caller.id, hash, caller.session));
}

/** What somebody who guesses a user's password would try first. */
export function wordsAbout({ email, name }: { email: string; name: string }, tenant: string): string[] {
  return [email, name, tenant];
}

async function ownPassword(db: Kysely<Schema>, { kind, id }: Caller) {
  if (kind !== 'user') return undefined;
  return db
    .selectFrom('baton.user')
    .select(['email', 'name', 'password_hash'])
    .where('user_id', '=', id)
    .executeTakeFirst();
}

/** The user whom a token was sent to, unless it may not come in: who is disabled, and who belongs to a suspended tenant. */
function ownerOf(db: Kysely<Schema>, tokenHash: string, purpose: MailPurpose) {
  return db
    .selectFrom('baton.mail_token as m')
    .innerJoin('baton.user as u', (join) =>
      join.onRef('u.tenant_id', '=', 'm.tenant_id').onRef('u.user_id', '=', 'm.user_id'),
    )
    .innerJoin('baton.tenant as t', 't.tenant_id', 'u.tenant_id')
    .select(['u.user_id', 'u.email', 'u.name'])
    .where('m.token_hash', '=', tokenHash)
    .where('m.purpose', '=', purpose)
    .where('m.expires_at', '>', sql<Date>`now()`)
    .where('u.status', '!=', 'disabled')
    .where('t.suspended_at', 'is', null);
}

/** With a new password nothing that the old one opened stays open. */
async function writePassword(
  trx: Kysely<Schema>,
  userId: string,
  hash: string,
  keep?: string,
): Promise<User> {
  await endSessions(trx, { userId, except: keep });
  await trx.deleteFrom('baton.mail_token').where('user_id', '=', userId).execute();
  return trx
    .updateTable('baton.user')
    .set({ password_hash: hash, status: 'active', ...changedNow })
    .where('user_id', '=', userId)
    .returning(userColumns)
    .executeTakeFirstOrThrow();
}

function noToken(): CallerError {
  return new CallerError('invalid-request', 'This link is not valid any more: ask for another one.');
}
