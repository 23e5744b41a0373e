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

/** Tells browsers which other origins' pages may read our answers (CORS), and which may send cookies: see `standingOf`. */
export function shareOrigins(config: Config): MiddlewareHandler<HttpEnv> {
  const allowing = (standing: 'listed' | 'near') =>
    cors({
      exposeHeaders,
      maxAge: 600,
      credentials: standing === 'listed',
      origin: (origin) => (standingOf(origin, config) === standing ? origin : null),
    });
  const [listed, near] = [allowing('listed'), allowing('near')];
  return (c, next) => {
    const isListed = standingOf(c.req.header('origin') ?? '', config) === 'listed';
    return (isListed ? listed : near)(c, next);
  };
}
