import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import { readAllowList } from './allow-list.ts';
import { checkAddress } from './check-address.ts';
import { guardedLookup, type Resolve, systemResolve } from './guarded-lookup.ts';
import { loadUndici } from './load-undici.ts';

/** A request whose answer is read piece by piece. What its two listeners throw breaks the answer off. */
export interface PostedRequest {
  headers: Record<string, string>;
  body: string;
  signal: AbortSignal;
  /** Hears the status and the headers, their names in lower case, before the first piece. */
  onHead(status: number, headers: IncomingHttpHeaders): void;
  /** Hears each piece when it comes. Returns whether it was the last that matters. */
  onPiece(bytes: Buffer): boolean;
}

/**
 * Posts to an address. Resolves when the answer has ended or its last piece that matters was heard; rejects with the signal's
 * reason, with what a listener threw, or as `fetch` does when the network fails: with a `TypeError` that has a cause. An answer that is broken off closes its connection at once.
 */
export type Post = (address: string, asked: PostedRequest) => Promise<void>;

export interface PostGuard {
  /** Hosts, addresses and ranges that the operator permits beside public ones. */
  allow: readonly string[];
  /** How much of an answer is read; what is longer breaks off with an error. */
  maxBytes: number;
  /** Instead of the system's. */
  resolve?: Resolve;
}

/**
 * What `fetch` does for a client that streams, without the objects in between: it shares the connections of the platform's `fetch`, and so
 * its proxy. No redirect is followed and no encoding undone: the listeners see what came. No time is limited but that to connect.
 *
 * With a guard, only public addresses and those permitted are posted to, over connections of its own, checked with each of them, by no proxy;
 * a redirect is an error; it rejects with a `RefusedAddressError` too.
 */
export function openPost(guard?: PostGuard): Post {
  if (!guard) {
    return async (address, asked) => {
      const { getGlobalDispatcher } = await loadUndici();
      return exchange(getGlobalDispatcher(), new URL(address), asked);
    };
  }
  const list = readAllowList(guard.allow);
  const lookup = guardedLookup(list, guard.resolve ?? systemResolve);
  const open = async () => {
    const { Agent } = await loadUndici();
    return new Agent({ connect: { lookup, timeout: connectMs, allowH2: false } });
  };
  let opened: ReturnType<typeof open> | undefined;
  return async (address, asked) => {
    const url = checkAddress(address, list);
    opened ??= open();
    return exchange(await opened, url, bounded(asked, guard.maxBytes));
  };
}

const connectMs = 10_000;

const redirects = new Set([301, 302, 303, 307, 308]);

function bounded(asked: PostedRequest, most: number): PostedRequest {
  let bytes = 0;
  return {
    ...asked,
    onHead(status, headers) {
      if (redirects.has(status)) throw new TypeError('post failed', { cause: new Error('It redirects.') });
      asked.onHead(status, headers);
    },
    onPiece(piece) {
      bytes += piece.length;
      if (bytes > most) throw new Error('The answer is too long.');
      return asked.onPiece(piece);
    },
  };
}

function exchange(dispatcher: Dispatcher, url: URL, asked: PostedRequest): Promise<void> {
  return new Promise((resolve, reject) => {
    if (asked.signal.aborted) return reject(asked.signal.reason);
    const { origin, pathname, search } = url;
    const { headers, body } = asked;
    const path = pathname + search;
    const endless = { headersTimeout: 0, bodyTimeout: 0 };
    dispatcher.dispatch(
      { origin, path, method: 'POST', headers, body, ...endless },
      new Exchange(asked, resolve, reject),
    );
  });
}

/** How long, and how far, an answer is read on whose rest does not matter, so that its connection can be used again. */
const rest = { ms: 1_000, bytes: 16_384 };

class Exchange implements Dispatcher.DispatchHandler {
  readonly #asked: PostedRequest;
  readonly #resolve: () => void;
  readonly #reject: (reason: unknown) => void;
  readonly #abort: () => void;
  #controller: Dispatcher.DispatchController | undefined;
  /** Nobody listens any more. */
  #over = false;
  #failure: Error | undefined;
  #left = rest.bytes;
  #late: NodeJS.Timeout | undefined;

  constructor(asked: PostedRequest, resolve: () => void, reject: (reason: unknown) => void) {
    this.#asked = asked;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#abort = () => this.#breakOff(asked.signal.reason);
    asked.signal.addEventListener('abort', this.#abort, { once: true });
  }

  /** The connection is there: one that nobody waits for any more carries nothing. */
  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#failure) controller.abort(this.#failure);
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    if (status < 200 || this.#over) return;
    try {
      this.#asked.onHead(status, headers);
    } catch (error) {
      this.#breakOff(error);
    }
  }

  onResponseData(_: Dispatcher.DispatchController, bytes: Buffer): void {
    try {
      if (this.#over) this.#drop(bytes.length);
      else if (this.#asked.onPiece(bytes)) this.#finish();
    } catch (error) {
      this.#breakOff(error);
    }
  }

  onResponseEnd(): void {
    clearTimeout(this.#late);
    if (!this.#over) this.#settle(this.#resolve);
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    clearTimeout(this.#late);
    if (!this.#over) this.#settle(() => this.#reject(new TypeError('post failed', { cause: error })));
  }

  #settle(tell: () => void): void {
    this.#over = true;
    this.#asked.signal.removeEventListener('abort', this.#abort);
    tell();
  }

  #finish(): void {
    this.#settle(this.#resolve);
    this.#late = setTimeout(() => this.#controller?.abort(enough), rest.ms).unref();
  }

  #drop(bytes: number): void {
    this.#left -= bytes;
    if (this.#left < 0) this.#controller?.abort(enough);
  }

  #breakOff(reason: unknown): void {
    if (this.#over) return;
    this.#failure = reason instanceof Error ? reason : new Error('The answer was broken off.');
    this.#settle(() => this.#reject(reason));
    this.#controller?.abort(this.#failure);
  }
}

const enough = new Error('The rest of the answer does not matter.');
