import { type Kysely, sql } from 'kysely';
import type { Config } from '../config.ts';
import type { Schema } from '../db/schema.ts';
import { type Caller, inTenant } from '../tenancy.ts';
import { hashSecret, isUuid, readSecret } from './secret-text.ts';
import { nextExpiry } from './sessions.ts';

export interface SessionContext {
  db: Kysely<Schema>;
  config: Pick<Config, 'users'>;
}

/**
 * Who asks with a session's cookie; undefined where it is none, has expired or ended, its user is not active, or its tenant is
 * suspended. To be used moves the session's end along.
 */
export async function callerOfSession(context: SessionContext, cookie: string): Promise<Caller | undefined> {
  const secret = readSecret(cookie);
  if (!secret) return undefined;
  return inTenant(secret.tenant, async () => {
    const found = await aliveSession(context.db, secret.id)
      .where('s.secret_hash', '=', hashSecret(secret))
      .executeTakeFirst();
    if (!found) return undefined;
    if (found.stale) await touch(context, secret.id);
    return toCaller(secret.tenant, secret.id, found);
  });
}

/**
 * The user of a session, as it is now; undefined where the session is not alive. For tokens that name a session (`sid`): what such a
 * token says of its role may have changed since. Asks the database each time, so what is revoked is revoked at once, everywhere.
 */
export async function callerOfSessionId(
  db: Kysely<Schema>,
  { tenant, sid }: { tenant: string; sid: string },
): Promise<Caller | undefined> {
  if (!isUuid(sid)) return undefined;
  return inTenant(tenant, async () => {
    const found = await aliveSession(db, sid).executeTakeFirst();
    return found && toCaller(tenant, sid, found);
  });
}

/** Whether a session that a token names is alive. */
export async function isSessionAlive(
  db: Kysely<Schema>,
  session: { tenant: string; sid: string },
): Promise<boolean> {
  return (await callerOfSessionId(db, session)) !== undefined;
}

/** Uses within a minute of another move nothing. */
const stale = sql<boolean>`s.used_at < now() - interval '1 minute'`;

function aliveSession(db: Kysely<Schema>, sessionId: string) {
  return db
    .selectFrom('baton.session as s')
    .innerJoin('baton.user as u', (join) =>
      join.onRef('u.tenant_id', '=', 's.tenant_id').onRef('u.user_id', '=', 's.user_id'),
    )
    .innerJoin('baton.tenant as t', 't.tenant_id', 's.tenant_id')
    .select(['u.user_id', 'u.name', 'u.role', 'u.graphs', stale.as('stale')])
    .where('s.session_id', '=', sessionId)
    .where('s.expires_at', '>', sql<Date>`now()`)
    .where('u.status', '=', 'active')
    .where('t.suspended_at', 'is', null);
}

async function touch({ db, config }: SessionContext, sessionId: string): Promise<void> {
  await db
    .updateTable('baton.session')
    .set({ used_at: sql`now()`, expires_at: nextExpiry(config.users) })
    .where('session_id', '=', sessionId)
    .execute();
}

interface Found {
  user_id: string;
  name: string;
  role: Caller['role'];
  graphs: string[] | null;
}

function toCaller(tenant: string, session: string, { user_id, name, role, graphs }: Found): Caller {
  return { tenant, kind: 'user', id: user_id, name, role, ...(graphs && { graphs }), session };
}
