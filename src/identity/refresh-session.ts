import { type Kysely, sql } from 'kysely';
import type { Config } from '../config.ts';
import type { Schema } from '../db/schema.ts';
import { type Caller, inTenant } from '../tenancy.ts';
import { hashSecret, newSecret, readSecret, type SecretText, writeSecret } from './secret-text.ts';
import { callerOfSessionId } from './session-of.ts';
import { addRefreshToken, nextExpiry } from './sessions.ts';

export interface RefreshContext {
  db: Kysely<Schema>;
  config: Pick<Config, 'users'>;
}

/** `reused`: the token was used before, so somebody else has it too, and its session is over. */
export type Refreshed =
  | { caller: Caller; sessionId: string; refreshToken: string }
  | { refused: 'unknown' | 'reused'; tenant?: string; userId?: string };

/**
 * Trades a refresh token for the next one. Each can be used once; one that comes a second time ends its session, with every token of it.
 * Who does not get the answer has to log in again.
 */
export async function refreshSession({ db, config }: RefreshContext, token: string): Promise<Refreshed> {
  const given = readSecret(token);
  if (!given) return { refused: 'unknown' };
  const caller = await callerOfSessionId(db, { tenant: given.tenant, sid: given.id });
  if (!caller) return { refused: 'unknown' };
  const next = newSecret(given.tenant, given.id);
  const state = await inTenant(given.tenant, () =>
    db.transaction().execute((trx) => trade(trx, config, { given, next })),
  );
  if (state !== 'traded') return { refused: state, tenant: given.tenant, userId: caller.id };
  return { caller, sessionId: given.id, refreshToken: writeSecret(next) };
}

async function trade(
  trx: Kysely<Schema>,
  config: RefreshContext['config'],
  { given, next }: { given: SecretText; next: SecretText },
): Promise<'traded' | 'unknown' | 'reused'> {
  const token = { token_hash: hashSecret(given), session_id: given.id };
  const session = await trx
    .updateTable('baton.session')
    .set({ used_at: sql`now()`, expires_at: nextExpiry(config.users) })
    .where('session_id', '=', given.id)
    .where('expires_at', '>', sql<Date>`now()`)
    .executeTakeFirstOrThrow();
  if (session.numUpdatedRows === 0n) return 'unknown';
  const used = await trx
    .updateTable('baton.refresh_token')
    .set({ used_at: sql<Date>`now()` })
    .where((eb) => eb.and(token))
    .where('used_at', 'is', null)
    .executeTakeFirstOrThrow();
  if (used.numUpdatedRows > 0n) {
    await addRefreshToken(trx, next);
    return 'traded';
  }
  const known = await trx
    .selectFrom('baton.refresh_token')
    .select('used_at')
    .where((eb) => eb.and(token))
    .executeTakeFirst();
  if (!known) return 'unknown';
  await trx.deleteFrom('baton.session').where('session_id', '=', given.id).execute();
  return 'reused';
}
