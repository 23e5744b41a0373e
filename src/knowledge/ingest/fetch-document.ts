import path from 'node:path';
import { CallerError } from '../../errors.ts';
import type { GuardedRequest } from '../../outbound/guarded-fetch.ts';
import { guardedAsk } from '../crawl/ask.ts';

export interface FetchOptions {
  maxBytes: number;
  /** Hosts, addresses and ranges that the operator permits beside public ones. */
  allow?: readonly string[] | undefined;
  signal?: AbortSignal | undefined;
  /** Of each request, in milliseconds. */
  timeoutMs?: number | undefined;
  /** Instead of the system's. */
  resolve?: GuardedRequest['resolve'] | undefined;
  /** Whether errors say what stands in the way: that tells what there is in our network, and is not for whoever asks. */
  reasons?: boolean | undefined;
}

export interface FetchedDocument {
  bytes: Uint8Array;
  contentType: string | undefined;
  /** After redirects. */
  url: string;
  /** The last part of its path; undefined where that is empty. */
  name: string | undefined;
}

/**
 * Fetches a document from an address that somebody gave, through the guard of outbound requests. Rejects with a `CallerError`:
 * `unprocessable` says why it cannot be had, `too-large` that it has more bytes than it may.
 */
export async function fetchDocument(address: string, options: FetchOptions): Promise<FetchedDocument> {
  const { maxBytes, allow, signal, timeoutMs = 30_000, resolve, reasons = false } = options;
  const ask = guardedAsk({ userAgent, timeoutMs, allow, signal, resolve });
  const answer = await ask(address, maxBytes, () => true);
  if (answer.outcome === 'failed')
    throw new CallerError(
      'unprocessable',
      `${address} cannot be fetched${reasons ? `: ${answer.reason}` : '.'}`,
    );
  const { status, headers, body, cut, url } = answer;
  if (status < 200 || status > 299)
    throw new CallerError('unprocessable', `${address} cannot be fetched: it answers with status ${status}.`);
  if (cut) throw new CallerError('too-large', `${address} has more than ${maxBytes} bytes.`);
  return {
    bytes: body,
    contentType: headers['content-type'],
    url: withoutCredentials(url),
    name: nameOf(url),
  };
}

/** A redirect may bring some. */
function withoutCredentials(address: string): string {
  const url = new URL(address);
  if (url.username === '' && url.password === '') return address;
  url.username = '';
  url.password = '';
  return url.href;
}

const userAgent = 'Baton';

function nameOf(url: string): string | undefined {
  const { pathname } = new URL(url);
  const last = path.posix.basename(pathname);
  try {
    return decodeURIComponent(last) || undefined;
  } catch {
    return last;
  }
}
