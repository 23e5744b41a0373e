import type { MiddlewareHandler } from 'hono';
import { type Logger, plainLines } from '../log.ts';
import type { HttpEnv } from './http-env.ts';

/** Asked every few seconds by whoever watches the service. */
const routine = new Set(['/health', '/ready', '/ok', '/metrics']);

/** Writes one line a request, when its answer begins. Needs the request's id. */
export function requestLog(log: Logger): MiddlewareHandler<HttpEnv> {
  const plain = plainLines(log);
  return async function requestLog(c, next) {
    const started = performance.now();
    c.set('log', log.child({ requestId: c.get('requestId') }));
    await next();
    const { method, path } = c.req;
    const { requestId, caller, threadId, runId } = c.var;
    const line = {
      requestId,
      method,
      path,
      status: c.res.status,
      ms: Math.round(performance.now() - started),
      ...(caller && { tenant: caller.tenant, caller: `${caller.kind}:${caller.id}` }),
      ...(threadId && { threadId }),
      ...(runId && { runId }),
    };
    plain[routine.has(path) ? 'debug' : 'info'](line, 'request');
  };
}
