import { setTimeout as sleep } from 'node:timers/promises';
import { type Kysely, sql } from 'kysely';
import type { Config } from '../config.ts';
import type { Schema } from '../db/schema.ts';
import { CallerError } from '../errors.ts';
import { inTenant } from '../tenancy.ts';
import { forgetAttempts, startAttempt, takeBackAttempt } from './attempts.ts';
import { hashPassword, isOutdated, verifyPassword } from './hash-password.ts';
import { type Account, accountTried, addressTried } from './login-pace.ts';
import { type NewSession, type SessionPlace, startSession } from './sessions.ts';
import { getUser, type User } from './users.ts';

export interface LogInRequest extends Account, SessionPlace {
  password: string;
  /** Whether the session goes on by refresh tokens and not by a cookie. */
  tokens: boolean;
}

/** What became of a log-in that did not succeed; `userId` where the account exists. */
export interface FailedLogIn extends Account {
  userId?: string | undefined;
  /** This attempt locked the account. */
  locked: boolean;
}

export interface LogInContext {
  db: Kysely<Schema>;
  config: Pick<Config, 'users'>;
  /** Hears of each log-in that failed. */
  onFailure?: (failed: FailedLogIn) => Promise<void>;
}

/**
 * No failure is told sooner than this, in milliseconds, so that its time says nothing about what was found: hashes of bcrypt take longer
 * than those of argon2id, and an account that exists is written about.
 */
const failureMs = 500;

/**
 * Begins a session for who knows the password. A hash that was made elsewhere is replaced by one of today's.
 *
 * Throws a `CallerError`: `unauthenticated` with the same words whatever is not right; `too-many-requests` when the account or
 * the address has failed too often, whether the account exists or not; `unavailable` when too many passwords are being checked.
 */
export async function logIn(
  context: LogInContext,
  request: LogInRequest,
): Promise<{ user: User; session: NewSession }> {
  const { db, config } = context;
  const early = sleep(failureMs);
  if (request.address) await startAttempt(db, addressTried(config, request.address));
  const { locked } = await startAttempt(db, accountTried(config, request));
  const found = await findAccount(db, request);
  const right = await verifyPassword(request.password, found?.hash);
  if (!found || !right) {
    const { tenant, email } = request;
    await context.onFailure?.({ tenant, email, userId: found?.userId, locked });
    await early;
    throw new CallerError('unauthenticated', 'The tenant, the email address or the password is not right.');
  }
  await forgetAttempts(db, accountTried(config, request));
  if (request.address) await takeBackAttempt(db, addressTried(config, request.address));
  return inTenant(request.tenant, () => begin(context, request, found));
}

/** Somebody who may log in: who is disabled or only invited, and who belongs to a suspended tenant, is not found. */
function findAccount(db: Kysely<Schema>, { tenant, email }: Account) {
  return inTenant(tenant, () =>
    db
      .selectFrom('baton.user as u')
      .innerJoin('baton.tenant as t', 't.tenant_id', 'u.tenant_id')
      .select(['u.user_id as userId', 'u.password_hash as hash'])
      .where('u.email', '=', email)
      .where('u.status', '=', 'active')
      .where('t.suspended_at', 'is', null)
      .executeTakeFirst(),
  );
}

async function begin(
  { db, config }: LogInContext,
  request: LogInRequest,
  { userId, hash }: { userId: string; hash: string | null },
): Promise<{ user: User; session: NewSession }> {
  const renewed = hash && isOutdated(hash) ? await hashPassword(request.password) : undefined;
  return db.transaction().execute(async (trx) => {
    await trx
      .updateTable('baton.user')
      .set({ last_login_at: sql<Date>`now()`, ...(renewed && { password_hash: renewed }) })
      .where('user_id', '=', userId)
      .where('password_hash', '=', hash)
      .execute();
    return {
      user: await getUser(trx, userId),
      session: await startSession(trx, config.users, { ...request, userId }),
    };
  });
}
