import type { MiddlewareHandler } from 'hono';
import { cors } from 'hono/cors';
import type { Config } from '../../config.ts';
import type { HttpEnv } from '../http-env.ts';
import { standingOf } from './allowed-origin.ts';

const exposeHeaders = [
  'Content-Location',
  'Location',
  'Mcp-Session-Id',
  'X-Pagination-Total',
  'X-Pagination-Next',
  'X-Request-Id',
  'Idempotent-Replayed',
  'RateLimit',
  'RateLimit-Policy',
  'X-RateLimit-Limit',
  'X-RateLimit-Remaining',
  'X-RateLimit-Reset',
  'WWW-Authenticate',
  'Retry-After',
];

const exposed = exposeHeaders.join(',');

/**
 * Tells browsers which other origins' pages may read our answers (CORS), and which may send cookies: see `standingOf`. Who names no
 * origin is no page, and is told no more than is the same for all: on headers of an answer that is there, not as an answer made anew.
 */
export function shareOrigins(config: Config): MiddlewareHandler<HttpEnv> {
  const allowing = (standing: 'listed' | 'near') =>
    cors({
      exposeHeaders,
      maxAge: 600,
      credentials: standing === 'listed',
      origin: (origin) => (standingOf(origin, config) === standing ? origin : null),
    });
  const [listed, near] = [allowing('listed'), allowing('near')];
  return async function shareOrigins(c, next) {
    const origin = c.req.header('origin') ?? '';
    if (origin !== '' || c.req.method === 'OPTIONS') {
      return (standingOf(origin, config) === 'listed' ? listed : near)(c, next);
    }
    await next();
    c.res.headers.set('Access-Control-Expose-Headers', exposed);
    c.res.headers.append('Vary', 'Origin');
  };
}
