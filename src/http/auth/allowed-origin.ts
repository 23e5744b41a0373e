import type { Context } from 'hono';
import type { Config } from '../../config.ts';
import { mayBeLocal } from '../../identity/is-local.ts';

type OriginConfig = Pick<Config, 'http' | 'auth'>;

/**
 * Whether pages of an origin may ask here and read the answer: `listed` ones (`BATON_CORS_ORIGINS`) with cookies, and without them those
 * of this machine (`near`) where the service may be one that asks nobody who they are, so that pages can be developed.
 */
export function standingOf(origin: string, config: OriginConfig): 'listed' | 'near' | 'foreign' {
  if (config.http.corsOrigins.includes(origin)) return 'listed';
  return ofThisMachine.test(origin) && mayBeLocal(config) ? 'near' : 'foreign';
}

/** Whether an origin is this service's own: the one it is known by, or where nothing is said of that, the one it was asked at. */
export function isOwn(origin: string, c: Context, { http }: OriginConfig): boolean {
  if (http.publicUrl) return origin === http.publicUrl;
  return /^https?:\/\//.test(origin) && origin.replace(/^https?:\/\//, '') === new URL(c.req.url).host;
}

const ofThisMachine = /^http:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?$/;
