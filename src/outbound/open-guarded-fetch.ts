import type { RequestInit as UndiciInit } from 'undici';
import { readAllowList } from './allow-list.ts';
import { checkAddress } from './check-address.ts';
import { guardedLookup, type Resolve, systemResolve } from './guarded-lookup.ts';
import { loadUndici } from './load-undici.ts';

export interface FetchGuard {
  /** Hosts, addresses and ranges that the operator permits beside public ones. */
  allow: readonly string[];
  /** How much of an answer is read; what is longer breaks off with an error. */
  maxBytes: number;
  /** Instead of the system's. */
  resolve?: Resolve;
}

/**
 * A `fetch` for clients that talk to an address which somebody else chose: only to public addresses and those permitted, checked
 * with each connection. No redirects, no proxy. Answers stream, and end when the signal of the request says so.
 *
 * Rejects with a `RefusedAddressError`, or as `fetch` does.
 */
export function openGuardedFetch({ allow, maxBytes, resolve = systemResolve }: FetchGuard): typeof fetch {
  const list = readAllowList(allow);
  const lookup = guardedLookup(list, resolve);
  const open = async () => {
    const { Agent, fetch } = await loadUndici();
    return { fetch, dispatcher: new Agent({ connect: { lookup, timeout: connectMs, allowH2: false } }) };
  };
  let opened: ReturnType<typeof open> | undefined;
  return async (input, init) => {
    const url = checkAddress(input instanceof Request ? input.url : String(input), list);
    opened ??= open();
    const { fetch, dispatcher } = await opened;
    const asked = { ...init, dispatcher, redirect: 'error' } as UndiciInit; // undici's own types say the same
    const { body, status, statusText, headers } = await fetch(url, asked);
    // A response of the platform's: clients look for its classes.
    return new Response(body && bounded(body as ReadableStream<Uint8Array>, maxBytes), {
      status,
      statusText,
      headers: [...headers],
    });
  };
}

const connectMs = 10_000;

function bounded(body: ReadableStream<Uint8Array>, most: number): ReadableStream<Uint8Array> {
  let bytes = 0;
  return body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        bytes += chunk.length;
        if (bytes > most) controller.error(new Error('The answer is too long.'));
        else controller.enqueue(chunk);
      },
    }),
  );
}
