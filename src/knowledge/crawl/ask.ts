import { errorMessage } from '../../errors.ts';
import { type GuardedRequest, guardedFetch } from '../../outbound/guarded-fetch.ts';

/** What came of asking for an address. */
export type Asked = Answered | Failed;

export interface Answered {
  outcome: 'answered';
  /** After redirects. */
  url: string;
  status: number;
  headers: Record<string, string>;
  body: Buffer;
  /** There was more of it. */
  cut: boolean;
}

/** It leads where it may not, or in a circle, or nobody answers. */
export interface Failed {
  outcome: 'failed';
  url: string;
  reason: string;
}

/** Asks for an address, and for where it redirects to as far as it may be followed; reads at most so many bytes. */
export type Ask = (
  url: string,
  maxBytes: number,
  mayFollow: (url: string) => boolean | Promise<boolean>,
) => Promise<Asked>;

export interface AskOptions {
  userAgent: string;
  /** Of each request, in milliseconds. */
  timeoutMs: number;
  /** Hosts, addresses and ranges that the operator permits beside public ones. */
  allow?: readonly string[] | undefined;
  resolve?: GuardedRequest['resolve'] | undefined;
  signal?: AbortSignal | undefined;
}

/** Asks through the guard, each redirect anew. Rejects only with the signal's reason. */
export function guardedAsk(options: AskOptions): Ask {
  return async (address, maxBytes, mayFollow) => {
    let url = address;
    for (let redirects = 0; redirects <= mostRedirects; redirects++) {
      const answer = await askOnce(url, maxBytes, options);
      const target = answer.outcome === 'answered' && redirectOf(answer);
      if (!target) return answer;
      if (!(await mayFollow(target)))
        return { outcome: 'failed', url: target, reason: 'It redirects to where it may not be followed.' };
      url = target;
    }
    return { outcome: 'failed', url, reason: 'It redirects too often.' };
  };
}

const mostRedirects = 5;

async function askOnce(url: string, maxBytes: number, options: AskOptions): Promise<Asked> {
  const { userAgent, timeoutMs, allow, resolve, signal } = options;
  try {
    const { status, headers, body, cut } = await guardedFetch(url, {
      headers: { 'user-agent': userAgent, accept: 'text/html, application/xhtml+xml, */*;q=0.5' },
      timeoutMs,
      maxBytes,
      ...(allow ? { allow } : {}),
      ...(resolve ? { resolve } : {}),
      ...(signal ? { signal } : {}),
    });
    return { outcome: 'answered', url, status, headers: plainHeaders(headers), body, cut };
  } catch (error) {
    signal?.throwIfAborted();
    return { outcome: 'failed', url, reason: errorMessage(error) };
  }
}

function plainHeaders(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, [value ?? ''].flat().join(', ')]),
  );
}

function redirectOf({ status, headers, url }: Answered): string | undefined {
  const { location } = headers;
  if (![301, 302, 303, 307, 308].includes(status) || !location || !URL.canParse(location, url))
    return undefined;
  return new URL(location, url).href;
}
