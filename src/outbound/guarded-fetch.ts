import { readAllowList } from './allow-list.ts';
import { checkAddress } from './check-address.ts';
import { guardedLookup, type Resolve, systemResolve } from './guarded-lookup.ts';
import { loadUndici } from './load-undici.ts';

export interface GuardedRequest {
  method?: 'GET' | 'POST';
  headers?: Record<string, string>;
  body?: string;
  /** For all of it, from the name to the last byte, in milliseconds. */
  timeoutMs: number;
  /** How much of the answer's body is read. */
  maxBytes: number;
  /** Hosts, addresses and ranges that the operator permits beside public ones. */
  allow?: readonly string[];
  signal?: AbortSignal;
  /** Instead of the system's. */
  resolve?: Resolve;
}

export interface GuardedAnswer {
  status: number;
  /** Names in lower case; a header that came more than once is a list. */
  headers: Record<string, string | string[] | undefined>;
  body: Buffer;
  /** There was more of it than `maxBytes`. */
  cut: boolean;
}

/**
 * A request to an address that somebody else chose: only to public addresses and those permitted, over a connection of
 * its own. Redirects are not followed: they are the answer. No proxy is used, and no encoding is asked for or undone.
 *
 * Rejects with a `RefusedAddressError`, whose message may be shown; a `TimeoutError` (DOMException); or the network's error.
 */
export async function guardedFetch(address: string, asked: GuardedRequest): Promise<GuardedAnswer> {
  const { Agent, request } = await loadUndici();
  const allow = readAllowList(asked.allow ?? []);
  const url = checkAddress(address, allow);
  const timeout = AbortSignal.timeout(asked.timeoutMs);
  const signal = asked.signal ? AbortSignal.any([asked.signal, timeout]) : timeout;
  const dispatcher = new Agent({
    connect: {
      lookup: guardedLookup(allow, asked.resolve ?? systemResolve),
      timeout: asked.timeoutMs,
      allowH2: false,
    },
    pipelining: 0,
  });
  // undici hears of its signal only once it is connected
  signal.addEventListener('abort', () => void dispatcher.destroy(signal.reason), { once: true });
  try {
    const { statusCode, headers, body } = await request(url, {
      dispatcher,
      method: asked.method ?? 'GET',
      headers: asked.headers ?? {},
      body: asked.body ?? null,
      signal,
    });
    return { status: statusCode, headers, ...(await readBounded(body, asked.maxBytes)) };
  } finally {
    await dispatcher.destroy();
  }
}

async function readBounded(
  stream: AsyncIterable<Buffer>,
  most: number,
): Promise<Pick<GuardedAnswer, 'body' | 'cut'>> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > most) break;
  }
  return { body: Buffer.concat(chunks).subarray(0, most), cut: bytes > most };
}
