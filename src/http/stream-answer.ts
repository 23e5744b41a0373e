import { AsyncLocalStorage } from 'node:async_hooks';
import type { ServerResponse } from 'node:http';
import type { Context } from 'hono';
import { CallerError } from '../errors.ts';
import { faultOf } from './fault.ts';
import type { HttpEnv } from './http-env.ts';
import { readyTexts } from './ready-text.ts';

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
 * Answers with text as it comes; what is ready together goes out together. At most one chunk is read ahead: the next are asked for when
 * the client's connection has taken the last, so a slow reader costs no memory. The signal that `chunks` gets is aborted
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
  const texts = readyTexts(() => onBehalf(() => iterator.next()));
  const assertStanding = standing(rest);

  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          await onBehalf(assertStanding);
          const ready = await texts.next(idleMs);
          const text = ready ? ready.text : wire.idle;
          if (text !== '') controller.enqueue(encoder.encode(text));
          if (!ready?.done) return;
          onEnd();
          controller.close();
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
