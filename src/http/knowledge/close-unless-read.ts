import type { MiddlewareHandler } from 'hono';
import type { HttpEnv } from '../http-env.ts';

/**
 * Ends the connection of a request that was refused before its body was read: what is left of a document is not read only to
 * come to the next request.
 */
export const closeUnlessRead: MiddlewareHandler<HttpEnv> = async function closeUnlessRead(c, next) {
  await next();
  if (c.res.status >= 400 && c.req.raw.body) c.res.headers.set('Connection', 'close');
};
