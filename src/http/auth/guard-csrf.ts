import type { MiddlewareHandler } from 'hono';
import type { Config } from '../../config.ts';
import { CallerError } from '../../errors.ts';
import { isCsrfTokenOf } from '../../identity/csrf-token.ts';
import type { HttpEnv } from '../http-env.ts';
import { changes } from './guard-origin.ts';
import { readSessionCookie } from './session-cookie.ts';

/**
 * Refuses requests that change something and stand on a session's cookie, unless they bring the session's token in `X-CSRF-Token`:
 * a page that can, has read it here. Keys and bearer tokens are brought by who has them, and need none. Stands behind `authenticate`.
 *
 * Throws a `CallerError` (`forbidden`).
 */
export function guardCsrf(config: Config): MiddlewareHandler<HttpEnv> {
  return async function guardCsrf(c, next) {
    if (c.get('credential') === 'session' && changes(c)) {
      const cookie = readSessionCookie(c, config) ?? '';
      if (!isCsrfTokenOf(cookie, c.req.header('x-csrf-token') ?? '')) {
        throw new CallerError(
          'forbidden',
          'The header X-CSRF-Token is missing or wrong: GET /api/v1/auth/csrf.',
        );
      }
    }
    await next();
  };
}
