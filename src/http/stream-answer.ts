import { AsyncLocalStorage } from 'node:async_hooks';
import type { ServerResponse } from 'node:http';
import type { Context } from 'hono';
import { CallerError } from '../errors.ts';
import { faultOf } from './fault.ts';
import type { HttpEnv } from './http-env.ts';

/** How a door streams: its content type, and what keeps a quiet connection open and is nothing to the client. */
export interface Wire {
  type: string;
  idle: string;
}

/** No empty line after the comment: clients that keep the last id would take it for an event. */
export const serverSentEvents: Wire = { type: 'text/event-stream', idle: ': heartbeat\n' };
export const waitingJson: Wire = { type: 'application/json', idle: '\n' };

export interface StreamOptions {
  wire: Wire;
  /** The last words when `chunks` throws: what the client may know, in its door's shape. */
  onError(error: unknown): string;
  /** Called when the client leaves before the end. */
  onLeave?: (() => void) | undefined;
  /** Breaks the connection off. */
  cut?: (() => void) | undefined;
  /** Whether who asked might still ask this; asked now and then. Where not, the stream ends with an error. */
  mayGoOn?: (() => Promise<boolean>) | undefined;
  /** How often, in milliseconds. */
  everyMs?: number;
  /** Called once when nothing more is sent, for whatever reason. */
  onEnd?: (() => void) | undefined;
  /** How long the connection may be quiet, in milliseconds. */
  idleMs?: number;
}

/**
 * Answers with text as it comes. At most one chunk is read ahead: the next is asked for when the client's
 * connection has taken the last, so a slow reader costs no memory. The signal that `chunks` gets is aborted
 * when the client leaves.
 */
export function streamAnswer(
  c: Context<HttpEnv>,
  chunks: (signal: AbortSignal) => AsyncIterable<string>,
  options: StreamOptions,
): Response {
  const { outgoing } = (c.env ?? {}) as { outgoing?: ServerResponse }; // the server's, where one is
  const cut = outgoing && (() => void outgoing.destroy());
  const onEnd = c.get('streams').enter('stream');
  const mayGoOn = c.get('mayGoOn');
  return c.body(toStream(chunks, { cut, onEnd, mayGoOn, ...options }), 200, {
    'Content-Type': options.wire.type,
    'Cache-Control': 'no-store',
    'X-Accel-Buffering': 'no',
  });
}

/**
 * See `streamAnswer`. An error of `chunks` becomes its last chunk; only when the service stops or the database is away is the
 * connection cut, since a client takes a stream that ends well for a run that has ended, and comes back to one that broke.
 */
export function toStream(
  chunks: (signal: AbortSignal) => AsyncIterable<string>,
  { wire, idleMs = 5_000, onError, onLeave, cut, onEnd = () => undefined, ...rest }: StreamOptions,
): ReadableStream<Uint8Array> {
  const left = new AbortController();
  const encoder = new TextEncoder();
  const onBehalf = AsyncLocalStorage.snapshot(); // whoever takes a chunk, it is made for who asked
  const iterator = chunks(left.signal)[Symbol.asyncIterator]();
  let coming: Promise<IteratorResult<string>> | undefined = iterator.next();
  coming.catch(() => undefined); // pull hears of it
  const assertStanding = standing(rest);

  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          await onBehalf(assertStanding);
          coming ??= onBehalf(() => iterator.next());
          const next = await within(idleMs, coming);
          if (next) coming = undefined;
          if (next?.done) {
            onEnd();
            return controller.close();
          }
          controller.enqueue(encoder.encode(next ? next.value : wire.idle));
        } catch (error) {
          if (left.signal.aborted) return;
          onEnd();
          if (faultOf(error).status === 503) {
            left.abort(); // it is we who go, and not the client
            return cut ? cut() : controller.error(error);
          }
          controller.enqueue(encoder.encode(onError(error)));
          controller.close();
          left.abort();
          onBehalf(() => iterator.return?.().catch(() => undefined)); // it may be the stream that ended, and not what it tells
        }
      },
      cancel() {
        onEnd();
        if (left.signal.aborted) return;
        onBehalf(() => {
          left.abort();
          iterator.return?.().catch(() => undefined);
          onLeave?.();
        });
      },
    },
    { highWaterMark: 0 },
  );
}

/** Throws a `CallerError` once who asked might not ask any more. */
function standing({
  mayGoOn,
  everyMs = 15_000,
}: Pick<StreamOptions, 'mayGoOn' | 'everyMs'>): () => Promise<void> {
  let askedAt = performance.now();
  return async () => {
    if (!mayGoOn || performance.now() - askedAt < everyMs) return;
    askedAt = performance.now();
    if (!(await mayGoOn()))
      throw new CallerError('unauthenticated', 'Your key or token is not valid any more.');
  };
}

/** What the promise gives, or nothing when that takes longer. */
async function within<T>(milliseconds: number, promise: Promise<T>): Promise<T | undefined> {
  const timeout = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => timeout.resolve(undefined), milliseconds);
  try {
    return await Promise.race([promise, timeout.promise]);
  } finally {
    clearTimeout(timer);
  }
}
