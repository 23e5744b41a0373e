import { randomUUID } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import type { Config } from '../config.ts';
import type { Schema } from '../db/schema.ts';
import { currentTenant } from '../tenancy.ts';
import { hashSecret, newSecret, type SecretText, writeSecret } from './secret-text.ts';

/** Where a session began, as far as it is known; to be shown to its user. */
export interface SessionPlace {
  address?: string | undefined;
  agent?: string | undefined;
}

export interface NewSession {
  sessionId: string;
  /** The cookie, or the first refresh token. */
  secret: string;
  endsAt: Date;
}

type Times = Pick<Config['users'], 'sessionIdleMinutes' | 'sessionMaxMinutes'>;

/** Begins a session of a user of the current tenant. With `tokens` it goes on by refresh tokens, otherwise by a cookie. */
export async function startSession(
  trx: Kysely<Schema>,
  times: Times,
  { userId, tokens, address, agent }: SessionPlace & { userId: string; tokens: boolean },
): Promise<NewSession> {
  const secret = newSecret(currentTenant(), randomUUID());
  const { ends_at } = await trx
    .insertInto('baton.session')
    .values({
      session_id: secret.id,
      user_id: userId,
      secret_hash: tokens ? null : hashSecret(secret),
      address: address ?? null,
      agent: agent?.slice(0, 300) ?? null,
      expires_at: after(Math.min(times.sessionIdleMinutes, times.sessionMaxMinutes)),
      ends_at: after(times.sessionMaxMinutes),
    })
    .returning('ends_at')
    .executeTakeFirstOrThrow();
  if (tokens) await addRefreshToken(trx, secret);
  return { sessionId: secret.id, secret: writeSecret(secret), endsAt: ends_at };
}

export async function addRefreshToken(trx: Kysely<Schema>, secret: SecretText): Promise<void> {
  await trx
    .insertInto('baton.refresh_token')
    .values({ token_hash: hashSecret(secret), session_id: secret.id })
    .execute();
}

/** When a session that is used now expires: a part of a statement on `baton.session`. */
export function nextExpiry({ sessionIdleMinutes }: Times) {
  return sql<Date>`least(${after(sessionIdleMinutes)}, ends_at)`;
}

/** The sessions of a user that are alive, the newest first. */
export function listSessions(db: Kysely<Schema>, userId: string) {
  return db
    .selectFrom('baton.session')
    .select(['session_id', 'secret_hash', 'address', 'agent', 'used_at', 'expires_at', 'created_at'])
    .where('user_id', '=', userId)
    .where('expires_at', '>', sql<Date>`now()`)
    .orderBy('created_at', 'desc')
    .orderBy('session_id')
    .limit(200)
    .execute();
}

/** Ends sessions of a user: one, all, or all but one. Returns how many. */
export async function endSessions(
  db: Kysely<Schema>,
  { userId, only, except }: { userId: string; only?: string | undefined; except?: string | undefined },
): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('baton.session')
    .where('user_id', '=', userId)
    .$if(only !== undefined, (query) => query.where('session_id', '=', only ?? ''))
    .$if(except !== undefined, (query) => query.where('session_id', '!=', except ?? ''))
    .executeTakeFirstOrThrow();
  return Number(numDeletedRows);
}

function after(minutes: number) {
  return sql<Date>`now() + make_interval(mins => ${minutes})`;
}
