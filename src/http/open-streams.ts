import type { Context, MiddlewareHandler } from 'hono';
import type { AppContext } from '../app-context.ts';
import { CallerError } from '../errors.ts';
import type { Kind } from '../limits/limit-rule.ts';
import { subjectsOf } from '../limits/open-limits.ts';
import { type Caller, currentCaller } from '../tenancy.ts';
import { addressOf } from './address-of.ts';
import type { HttpEnv } from './http-env.ts';

/** The streams and sockets that clients of this process have open. */
export interface OpenStreams {
  /** Counts one in; the returned function counts it out, however often it is called. */
  enter(kind: 'stream' | 'socket'): () => void;
}

/** Requests that are answered over time. They are refused before anything is done for them, so that nobody's turn runs unheard. */
const overTime = /\/(stream|wait|join|events)(\/|$)|^\/(v1\/(chat\/completions|responses)|mcp|a2a)(\/|$)/;

/** Documents are answered over time to who waits for them. */
const waitedFor = /^\/api\/v1\/documents\/[^/]+$/;

export function isOverTime(c: Context): boolean {
  const { path } = c.req;
  return overTime.test(path) || (waitedFor.test(path) && c.req.query('wait') !== undefined);
}

const kinds: Kind[] = ['address', 'key', 'user', 'tenant'];

/**
 * Refuses streams and sockets while this process has as many open as the config lets it, or as many of one address, key, user or
 * tenant as its limits let them have. A request that may become one counts as one until it is answered, so that many at once are
 * not let in for lack of a stream that is open yet.
 */
export function limitStreams({ config, metrics, limits }: AppContext): MiddlewareHandler<HttpEnv> {
  const most = config.http.maxStreams;
  const open = countPlaces();

  /** What stands in the way of one more, once the limits are known. */
  async function limitsOf(caller: Caller | undefined, whose: Map<Kind, string>): Promise<() => void> {
    const quotas = await Promise.all(
      [...whose].map(async ([kind, subject]) => ({
        kind,
        subject,
        quota: (await limits.mostAtOnce('open', kind, { caller })) ?? Number.POSITIVE_INFINITY,
      })),
    );
    return () => {
      if (open.all() >= most) {
        const message = `This process has ${open.all()} streams open, as many as it takes. Try again soon.`;
        throw new CallerError('unavailable', message, { retryAfter: 5 });
      }
      const full = quotas.find(({ subject, quota }) => open.of(subject) >= quota);
      if (!full) return;
      limits.refused(`open.${full.kind}`);
      const message = `Too many: at most ${full.quota} streams open at once for each ${full.kind}. Close one, or try again soon.`;
      throw new CallerError('too-many-requests', message, { retryAfter: 5, limits: [`open.${full.kind}`] });
    };
  }

  return async function limitStreams(c, next) {
    const caller = currentCaller();
    const whose = subjectsByKind(addressOf(c), caller);
    const subjects = [...whose.values()];
    const expected = isOverTime(c);
    if (expected) (await limitsOf(caller, whose))();
    let place = expected ? open.take(subjects) : undefined;
    c.set('streams', {
      enter(kind) {
        const leave = place ?? open.take(subjects);
        place = undefined;
        metrics.streams.inc({ kind });
        return once(() => {
          leave();
          metrics.streams.dec({ kind });
        });
      },
    });
    try {
      await next();
    } finally {
      place?.();
      place = undefined;
    }
  };
}

function subjectsByKind(address: string, caller: Caller | undefined): Map<Kind, string> {
  const found = kinds.flatMap((kind) =>
    subjectsOf(kind, { address, caller }).map((subject) => [kind, `${kind} ${subject}`] as const),
  );
  return new Map(found);
}

/** How many places are taken, by all and by each. */
function countPlaces() {
  const taken = new Map<string, number>();
  let all = 0;
  const add = (whose: string[], one: 1 | -1) => {
    all += one;
    for (const subject of whose) {
      const count = (taken.get(subject) ?? 0) + one;
      if (count > 0) taken.set(subject, count);
      else taken.delete(subject);
    }
  };
  return {
    all: () => all,
    of: (subject: string) => taken.get(subject) ?? 0,
    /** The returned function gives them back. */
    take(whose: string[]): () => void {
      add(whose, 1);
      return once(() => add(whose, -1));
    },
  };
}

function once(act: () => void): () => void {
  let done = false;
  return () => {
    if (!done) act();
    done = true;
  };
}
