import type { Context, MiddlewareHandler } from 'hono';
import { matchedRoutes } from 'hono/route';
import type { AppContext } from '../app-context.ts';
import { type Entry, noTenant } from '../audit/entry.ts';
import { currentOrigin, fromOrigin, type Origin } from '../audit/origin.ts';
import { recordAction } from '../audit/record.ts';
import { recordFew } from '../audit/record-few.ts';
import { CallerError } from '../errors.ts';
import { inTenant } from '../tenancy.ts';
import { addressOf } from './address-of.ts';
import { type Audited, auditedRoutes } from './audited-routes.ts';
import type { HttpEnv } from './http-env.ts';

/**
 * Records what requests did, by the table of routes, unless the handler did so itself; and what was refused to them.
 *
 * What was done and cannot be recorded is answered with 503 and written to the log with all that was to be recorded: nobody gets hold
 * of the key that nobody knows was made. Refusals, and what anybody may ask, are recorded a few at a time, and are answered whether they
 * are recorded or not.
 * Stands around the middleware that finds out who asks, and needs the request's id and address.
 */
export function auditRequests({ db, log }: Pick<AppContext, 'db' | 'log'>): MiddlewareHandler<HttpEnv> {
  const few = recordFew(db, log);
  return async function auditRequests(c, next) {
    const origin = { address: addressOf(c), requestId: c.get('requestId') };
    await fromOrigin(origin, async () => {
      await next();
      const { status } = c.res;
      const audited = auditedRoutes[routeOf(c)];
      if (isRefusal(status, audited)) noteRefusal(c, audited, origin);
      else if (audited && (status < 400 || status >= 500)) await note(c, audited, origin);
    });
  };

  async function note(
    c: Context<HttpEnv>,
    audited: Audited,
    origin: Omit<Origin, 'recorded'>,
  ): Promise<void> {
    const done = c.res.status < 400;
    if (done && currentOrigin()?.recorded.includes('ok')) return;
    const caller = c.get('caller');
    const entry: Entry = { ...(await entryOf(c, audited)), outcome: done ? 'ok' : 'failed' };
    if (!caller) return few.note(origin.address ?? '', { ...entry, ...nobody }, origin);
    try {
      await inTenant({ tenant: caller.tenant, caller }, () => recordAction(db, entry));
    } catch (error) {
      c.get('log').error({ err: error, entry }, 'what a request did could not be recorded');
      if (!done) return;
      throw new CallerError('unavailable', 'It was done, and could not be recorded: see what became of it.');
    }
  }

  function noteRefusal(
    c: Context<HttpEnv>,
    audited: Audited | undefined,
    origin: Omit<Origin, 'recorded'>,
  ): void {
    if (currentOrigin()?.recorded.some((outcome) => outcome !== 'ok')) return;
    const caller = c.get('caller');
    const unknown = c.res.status === 401;
    const entry: Entry = {
      action: audited?.refused ?? (unknown ? 'auth-fail' : 'access-refuse'),
      target: { type: 'route', id: routeOf(c) || `${c.req.method} ${c.req.path}` },
      details: { status: c.res.status },
      ...(caller ? { tenant: caller.tenant, actor: caller } : nobody),
    };
    few.note(`${origin.address} ${caller?.id}`, entry, origin);
  }
}

/** Who could not say who they are, or was not asked. */
const nobody = { tenant: noTenant, actor: { kind: 'nobody' } } as const;

function isRefusal(status: number, audited: Audited | undefined): boolean {
  return status === 401 || status === 403 || (status === 429 && audited?.refused !== undefined);
}

/** The route that was asked for, as the table names it; empty where there is none. */
function routeOf(c: Context<HttpEnv>): string {
  const route = matchedRoutes(c).find(({ method }) => method !== 'ALL'); // what is for all methods is middleware
  return route ? `${route.method} ${route.path.replace(/(?<=.)\/$/, '')}` : '';
}

async function entryOf(c: Context<HttpEnv>, { action, target, tenant, body = [] }: Audited): Promise<Entry> {
  const id = target?.id?.startsWith(':')
    ? c.req.param(target.id.slice(1))
    : target?.id && (await memberOf(c.res.clone(), target.id));
  const details: Record<string, unknown> = {};
  if (body.length > 0) {
    const sent = await readJson(c.req);
    for (const name of body) if (sent[name] !== undefined) details[name] = sent[name];
  }
  if (c.res.status >= 400) details.status = c.res.status;
  const whose = tenant && c.req.param(tenant.slice(1));
  return {
    action,
    details,
    ...(whose && { tenant: whose }),
    ...(target && { target: { type: target.type, ...(id && { id }) } }),
  };
}

async function memberOf(answer: Response, name: string): Promise<string | undefined> {
  const value = (await readJson(answer))[name];
  return value === undefined ? undefined : String(value);
}

/** What is no JSON object has no members. */
async function readJson(from: { json(): Promise<unknown> }): Promise<Record<string, unknown>> {
  const read = await from.json().catch(() => undefined);
  return read !== null && typeof read === 'object' ? { ...read } : {};
}
