import type { Context, MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { CallerError } from '../errors.ts';
import type { HttpEnv } from './http-env.ts';
import { isReport, isUpload } from './upload-paths.ts';

const megabyte = 1024 * 1024;

/**
 * Refuses bodies of more than a megabyte, also those that do not tell their length. What is left of such a body
 * is not read, so the connection cannot be used again. Documents and reports are let through unread: their routes bound them.
 */
export const limitBody: MiddlewareHandler<HttpEnv> = async function limitBody(c, next) {
  const { method, path } = c.req;
  const upload = isUpload({ method, path, contentType: c.req.header('content-type') });
  return upload || isReport({ method, path }) ? next() : limitSmall(c, next);
};

/** A server's request has a body when its headers say so; with a length, they are enough, and nobody has to look at the body itself. */
const limitSmall: MiddlewareHandler<HttpEnv> = async function limitSmall(c, next) {
  const served = (c.env as { incoming?: unknown } | undefined)?.incoming !== undefined; // the server's, where one is
  if (!served || c.req.header('transfer-encoding') !== undefined) return limitUnknown(c, next);
  if (Number(c.req.header('content-length') ?? 0) > megabyte) tooLarge(c);
  await next();
};

const limitUnknown: MiddlewareHandler<HttpEnv> = bodyLimit({ maxSize: megabyte, onError: tooLarge });

function tooLarge(c: Context): never {
  c.header('Connection', 'close');
  throw new CallerError('too-large', 'The body is larger than 1 MB.');
}

/** Refuses U+0000 in paths and queries, which no text of the database can hold. */
export const refuseNul: MiddlewareHandler<HttpEnv> = async function refuseNul(c, next) {
  if (/%00|\0/.test(c.req.url)) {
    throw new CallerError('invalid-request', 'The address contains the character U+0000.');
  }
  await next();
};

/** Ends what a handler began for a HEAD request: nobody reads its body. */
export const closeHead: MiddlewareHandler<HttpEnv> = async function closeHead(c, next) {
  await next();
  if (c.req.method === 'HEAD') await c.res.body?.cancel();
};

/** What a handler does not say otherwise about is not for caches. */
export const neverStore: MiddlewareHandler<HttpEnv> = async function neverStore(c, next) {
  await next();
  if (!c.res.headers.has('Cache-Control')) c.res.headers.set('Cache-Control', 'no-store');
};
