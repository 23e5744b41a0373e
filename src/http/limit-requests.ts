import type { Context, MiddlewareHandler } from 'hono';
import type { AppContext } from '../app-context.ts';
import { limitHeaders } from '../limits/limit-headers.ts';
import type { Thing } from '../limits/limit-rule.ts';
import type { Limits } from '../limits/open-limits.ts';
import { currentToll, guardToll, openToll, settleToll, type Toll, withToll } from '../limits/toll.ts';
import { currentCaller } from '../tenancy.ts';
import { addressOf } from './address-of.ts';
import type { HttpEnv } from './http-env.ts';
import { isOverTime } from './open-streams.ts';

/** Asked by whoever watches the process, and again when it goes badly. */
const watching = /^\/(health|ready|ok|info)$/;

/** Where turns are asked for: their requests are counted together with them, once it is known what they ask. */
const turnPath =
  /^\/(v1\/(chat\/completions|responses)|(threads\/[^/]+\/)?runs(\/(stream|wait|batch))?|a2a\/[^/]+)\/?$/;

/** Where passwords are tried and mails are sent: counted before anything is done, also by other processes. */
const loginPath =
  /^\/api\/v1\/(auth\/(login|refresh|reset-request|reset|accept-invitation|token)|me\/password)$/;

/** Bodies of so many bytes, and those that do not tell, are uploads. */
const uploadBytes = 100_000;

/**
 * The first step, before it is looked for who asks: refuses addresses that this process heard from too often, and for log-ins those
 * that any process did. Last, it counts what nobody else did, such as a request whose key is wrong, so that what was found out about
 * it is told to nobody who asks too often; and it says where the limits stand.
 */
export function limitAddresses({ limits }: Pick<AppContext, 'limits'>): MiddlewareHandler<HttpEnv> {
  return async function limitAddresses(c, next) {
    if (watching.test(c.req.path)) return next();
    const toll = openToll(addressOf(c));
    toll.owed = await limits.chargesFor({ things: thingsOf(c), address: toll.address });
    try {
      guardToll(limits, toll);
      if (loginPath.test(c.req.path) && c.req.method === 'POST') await settleToll(limits, toll);
      await withToll(toll, next);
      await settleToll(limits, toll);
    } finally {
      const headers = limitHeaders([...toll.standings.values()], c.req.path);
      for (const [name, value] of Object.entries(headers)) setHeader(c, name, value);
    }
  };
}

/** Of the answer that is there, which `c.header` would make anew, or of the one to come. */
function setHeader(c: Context, name: string, value: string): void {
  if (c.finalized) c.res.headers.set(name, value);
  else c.header(name, value);
}

/** The second step, when it is known who asks: counts the request to them, and to its address, at once. */
export function limitCallers({ limits }: Pick<AppContext, 'limits'>): MiddlewareHandler<HttpEnv> {
  return async function limitCallers(c, next) {
    const toll = currentToll();
    if (toll) await countCaller(limits, toll, c);
    await next();
  };
}

async function countCaller(limits: Limits, toll: Toll, c: Context<HttpEnv>): Promise<void> {
  const address = toll.begun ? undefined : toll.address;
  toll.owed = await limits.chargesFor({ things: thingsOf(c), address, caller: currentCaller() });
  if (c.req.method !== 'POST' || !turnPath.test(c.req.path)) await settleToll(limits, toll);
}

function thingsOf(c: Context): Thing[] {
  const { method, path } = c.req;
  const length = c.req.header('content-length');
  const hasBody = length !== undefined || c.req.header('transfer-encoding') !== undefined;
  return [
    'requests',
    ...(method === 'POST' && loginPath.test(path) ? (['logins'] as const) : []),
    ...(hasBody && Number(length ?? uploadBytes) >= uploadBytes ? (['uploads'] as const) : []),
    ...(isOverTime(c) ? (['streams'] as const) : []),
  ];
}
