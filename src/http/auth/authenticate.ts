import { createHash, timingSafeEqual } from 'node:crypto';
import type { Context, MiddlewareHandler } from 'hono';
import type { AppContext } from '../../app-context.ts';
import { CallerError } from '../../errors.ts';
import { reaches } from '../../identity/covers.ts';
import { isLocal } from '../../identity/is-local.ts';
import { heldToGraphs } from '../../identity/may-use-graph.ts';
import { openCallers } from '../../identity/open-callers.ts';
import { hasScope } from '../../identity/scopes.ts';
import { callerOfSession } from '../../identity/session-of.ts';
import { tenantState } from '../../identity/tenant-state.ts';
import { type Caller, inTenant, localTenant } from '../../tenancy.ts';
import type { HttpEnv } from '../http-env.ts';
import { assistantIdOf } from '../langgraph/assistant.ts';
import type { NeedOfCaller } from './least-role.ts';
import { readCredential } from './read-credential.ts';
import { refuseHiddenThread } from './refuse-hidden-thread.ts';
import { routeNeed } from './route-need.ts';
import { readSessionCookie } from './session-cookie.ts';

/** What no graph is called is in no one's way, and not for the database to read. */
const canBeName = /^[\w-]{1,64}$/;

/** Whoever asks a service that asks nobody who they are. */
const localCaller: Caller = {
  tenant: localTenant,
  kind: 'local',
  id: 'local',
  name: 'local',
  role: 'admin',
  operator: true,
};

/**
 * Finds out who asks, by a key, a token or a session's cookie, and lets through who may ask this route, on behalf of their tenant. What a
 * client says of itself in a header goes before its cookie.
 *
 * Throws a `CallerError`: `unauthenticated` for nobody that is known, `forbidden` for who may not do this, or whose tenant is suspended.
 */
export function authenticate(context: AppContext): MiddlewareHandler<HttpEnv> {
  const { config, db } = context;
  const findCaller = openCallers(context);

  return async function authenticate(c, next) {
    const need = routeNeed(c);
    if (need === undefined || need === 'nothing' || isMetricsToken(c)) return next();
    const caller = heldToGraphs(await whoAsks(c), context.graphs.list());
    c.set('caller', caller);
    assertMay(caller, need);
    c.set('mayGoOn', () => mayGoOn(c, caller, need));
    const graphs = caller.graphs
      ?.filter((name) => canBeName.test(name))
      .flatMap((name) => [name, assistantIdOf(name)]);
    const work = { tenant: caller.tenant, caller, ...(graphs && { graphs }) };
    return inTenant(work, async () => {
      if (graphs) await refuseHiddenThread(db, c.req.path);
      await next();
    });
  };

  async function whoAsks(c: Context<HttpEnv>): Promise<Caller> {
    if (await isLocal(context)) {
      c.set('credential', 'local');
      return localCaller;
    }
    const credential = readCredential(c);
    const cookie = credential === undefined ? readSessionCookie(c, config) : undefined;
    c.set('credential', cookie === undefined ? 'bearer' : 'session');
    const caller =
      credential !== undefined
        ? await findCaller(credential)
        : cookie !== undefined
          ? await callerOfSession(context, cookie)
          : undefined;
    const state = caller && (await tenantState(db, caller.tenant));
    if (!caller || state === 'unknown') throw unauthenticated(c, credential ?? cookie);
    if (state === 'suspended') {
      throw new CallerError('forbidden', `The tenant ${caller.tenant} is suspended.`);
    }
    return caller;
  }

  /** A connection that stays open goes on for who could open it now, as who they were; also while nobody can be looked up. */
  async function mayGoOn(c: Context<HttpEnv>, was: Caller, need: NeedOfCaller): Promise<boolean> {
    try {
      const caller = await whoAsks(c);
      assertMay(caller, need);
      return caller.tenant === was.tenant && caller.kind === was.kind && caller.id === was.id;
    } catch (error) {
      return !(error instanceof CallerError) || error.code === 'unavailable';
    }
  }

  function isMetricsToken(c: Context): boolean {
    const token = config.auth.metricsToken;
    const given = readCredential(c);
    if (c.req.path !== '/metrics' || !token || !given) return false;
    return timingSafeEqual(digest(given), digest(token));
  }
}

function assertMay(caller: Caller, { role, scope, operator }: NeedOfCaller): void {
  if (!reaches(caller.role, role)) {
    throw new CallerError('forbidden', `This needs the role ${role}, and you have the role ${caller.role}.`);
  }
  if (operator && !caller.operator) throw new CallerError('forbidden', 'This needs an operator’s key.');
  if (scope && !hasScope(caller.scopes, scope)) {
    throw new CallerError('forbidden', `This needs the scope ${scope}, which your key does not have.`);
  }
}

/** RFC 6750, 3.1: who brought something hears that it is no good, and not why. */
function unauthenticated(c: Context<HttpEnv>, given: string | undefined): CallerError {
  c.set(
    'challenge',
    given === undefined ? 'Bearer realm="baton"' : 'Bearer realm="baton", error="invalid_token"',
  );
  const what = 'Authorization: Bearer <key or token>, or X-Api-Key: <key>';
  return new CallerError(
    'unauthenticated',
    given === undefined ? `Say who you are: ${what}.` : 'The key or token is not valid.',
  );
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
