import type { Context } from 'hono';
import type { Config } from '../../config.ts';
import { CallerError } from '../../errors.ts';
import { type FetchedDocument, fetchDocument } from '../../knowledge/ingest/fetch-document.ts';

/** For all of it, redirects included, in milliseconds. */
const patienceMs = 30_000;

/**
 * Fetches a document that a request asks for, while it waits. Rejects with a `CallerError` that says no more than that it cannot be
 * had: why would tell what there is in our network.
 */
export async function fetchFor(
  c: Context,
  url: string,
  { maxDocumentBytes: maxBytes, fetchAllow: allow }: Config['knowledge'],
): Promise<FetchedDocument> {
  const late = AbortSignal.timeout(patienceMs);
  const signal = AbortSignal.any([c.req.raw.signal, late]);
  try {
    const fetched = await fetchDocument(url, { maxBytes, allow, signal, timeoutMs: patienceMs });
    if (fetched.bytes.length === 0) throw new CallerError('unprocessable', `There is nothing in ${url}.`);
    return fetched;
  } catch (cause) {
    if (late.aborted) throw new CallerError('unprocessable', `${url} does not answer in time.`, { cause });
    if (c.req.raw.signal.aborted) throw new CallerError('invalid-request', 'The client left.', { cause });
    throw cause;
  }
}
