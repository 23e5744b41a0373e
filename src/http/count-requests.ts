import type { MiddlewareHandler } from 'hono';
import { routePath } from 'hono/route';
import type { Metrics } from '../metrics/open-metrics.ts';
import type { HttpEnv } from './http-env.ts';

/** Counts requests by the pattern of their route, and how long each took until its answer began. */
export function countRequests({ requests }: Metrics): MiddlewareHandler<HttpEnv> {
  return async function countRequests(c, next) {
    const end = requests.startTimer();
    await next();
    const path = routePath(c);
    end({ method: c.req.method, route: path.includes('*') ? 'none' : path, status: String(c.res.status) });
  };
}
