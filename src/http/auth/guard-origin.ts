import type { Context, MiddlewareHandler } from 'hono';
import type { Config } from '../../config.ts';
import { CallerError } from '../../errors.ts';
import { isLoopback } from '../../identity/is-loopback.ts';
import type { HttpEnv } from '../http-env.ts';
import { isOwn, standingOf } from './allowed-origin.ts';

/**
 * Refuses what pages of foreign origins would do with what the browser adds for them: a session's cookie, and where the service asks
 * nobody who they are, the mere way to this machine. That is requests that change something, log-ins, and sockets, which
 * browsers open to anywhere. Programs send no `Origin` and are let through. Stands behind `authenticate`.
 *
 * Throws a `CallerError` (`forbidden`).
 */
export function guardOrigin(config: Config): MiddlewareHandler<HttpEnv> {
  return async function guardOrigin(c, next) {
    const credential = c.get('credential');
    if (credential === 'local' && isLoopback(config.http.host)) refuseForeignHost(c, config);
    const lent = credential === 'local' || credential === 'session' || isLogIn(c);
    if (lent && (changes(c) || isSocket(c)) && isForeign(c, config)) {
      throw new CallerError('forbidden', 'Pages of this origin may not do this: see BATON_CORS_ORIGINS.');
    }
    await next();
  };
}

/** Whether a request may change something. */
export function changes(c: Context): boolean {
  return !['GET', 'HEAD', 'OPTIONS'].includes(c.req.method);
}

function isSocket(c: Context): boolean {
  return c.req.header('upgrade')?.toLowerCase() === 'websocket';
}

function isLogIn(c: Context): boolean {
  return c.req.path.startsWith('/api/v1/auth/');
}

function isForeign(c: Context, config: Config): boolean {
  const origin = c.req.header('origin');
  if (origin === undefined) return c.req.header('sec-fetch-site') === 'cross-site';
  return !isOwn(origin, c, config) && standingOf(origin, config) === 'foreign';
}

/**
 * A page whose name was made to lead to this machine (DNS rebinding) is of the same origin as far as browsers can see; its name
 * gives it away.
 */
function refuseForeignHost(c: Context, { http }: Config): void {
  const { host, hostname } = new URL(c.req.url);
  if (isLoopback(hostname) || (http.publicUrl && host === new URL(http.publicUrl).host)) return;
  throw new CallerError(
    'forbidden',
    `This service answers as localhost. To reach it as ${hostname}, set BATON_PUBLIC_URL.`,
  );
}
