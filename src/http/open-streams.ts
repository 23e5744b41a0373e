import type { MiddlewareHandler } from 'hono';
import type { AppContext } from '../app-context.ts';
import { CallerError } from '../errors.ts';
import type { HttpEnv } from './http-env.ts';

/** The streams and sockets that clients of this process have open. */
export interface OpenStreams {
  /** Counts one in; the returned function counts it out, however often it is called. */
  enter(kind: 'stream' | 'socket'): () => void;
}

/** Requests that are answered over time. They are refused before anything is done for them, so that nobody's turn runs unheard. */
const overTime = /\/(stream|wait|join|events)(\/|$)|^\/(v1\/(chat\/completions|responses)|mcp|a2a)(\/|$)/;

/** Refuses streams and sockets while this process has as many open as the config lets it. */
export function limitStreams({ config, metrics }: AppContext): MiddlewareHandler<HttpEnv> {
  const most = config.http.maxStreams;
  let open = 0;

  const streams: OpenStreams = {
    enter(kind) {
      let inside = true;
      open += 1;
      metrics.streams.inc({ kind });
      return () => {
        if (!inside) return;
        inside = false;
        open -= 1;
        metrics.streams.dec({ kind });
      };
    },
  };

  return async function limitStreams(c, next) {
    c.set('streams', streams);
    if (open >= most && overTime.test(c.req.path)) {
      const message = `This process has ${open} streams open, as many as it takes. Try again soon.`;
      throw new CallerError('unavailable', message, { retryAfter: 5 });
    }
    await next();
  };
}
