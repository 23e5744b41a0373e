import { setTimeout as sleep } from 'node:timers/promises';
import { CallerError, errorMessage } from '../../errors.ts';
import { IngestError } from './target.ts';

export interface Server {
  /** Where the service is, such as `http://127.0.0.1:3000`. */
  url: string;
  key?: string | undefined;
}

export interface Content {
  open(): Bytes;
  /** It can be opened one time. What is long and comes so is sent one time as well. */
  once?: boolean | undefined;
  type?: string | undefined;
}

type Bytes = Uint8Array | AsyncIterable<Uint8Array>;

export interface ServerAnswer {
  status: number;
  body: unknown;
}

/** How often the service is asked when it cannot just now. */
const tries = 6;
/** What is longer is sent as it is read. */
const wholeBytes = 1024 * 1024;

/**
 * Asks a service over its HTTP API; what it says to wait for is waited for. What is asked rejects with an `IngestError` for what is
 * wrong with the one document, and with a `CallerError` for the rest, but for the statuses that are `expected`.
 */
export function openAsker({ url, key }: Server) {
  return async function ask(
    method: string,
    path: string,
    content?: Content,
    expected: number[] = [],
    signal?: AbortSignal,
  ): Promise<ServerAnswer> {
    let open = content?.open;
    for (let attempt = 1; ; attempt++) {
      const body = open && (await gather(open()));
      if (body instanceof Uint8Array) open = () => body; // it may be there only once
      const answer = await send(method, path, { body, type: content?.type, signal });
      const { status } = answer;
      if (answer.ok || expected.includes(status)) return { status, body: await bodyOf(answer) };
      if (!isLater(status, attempt) || (content?.once && isStream(body))) throw await failureOf(answer);
      const seconds = Number(answer.headers.get('retry-after')) || 2 ** Math.min(attempt, 5);
      await sleep(Math.min(seconds, 60) * 1_000, undefined, { ...(signal && { signal }) });
    }
  };

  async function send(
    method: string,
    path: string,
    {
      body,
      type,
      signal,
    }: { body: Bytes | undefined; type?: string | undefined; signal?: AbortSignal | undefined },
  ): Promise<Response> {
    const init = {
      method,
      headers: {
        accept: 'application/json',
        ...(key && { authorization: `Bearer ${key}` }),
        ...(type !== undefined && { 'content-type': type }),
      },
      ...(body && { body, duplex: 'half' }),
      ...(signal && { signal }),
    };
    try {
      return await fetch(new URL(path, url), init as RequestInit); // whose types know neither `duplex` nor what is iterated
    } catch (cause) {
      signal?.throwIfAborted();
      const why = errorMessage(cause instanceof Error && cause.cause ? cause.cause : cause);
      throw new CallerError('unavailable', `${url} does not answer: ${why}`, { cause });
    }
  }
}

function isLater(status: number, attempt: number): boolean {
  return status === 429 || (status === 503 && attempt < tries);
}

function isStream(body: Bytes | undefined): boolean {
  return body !== undefined && !(body instanceof Uint8Array);
}

/** What is short as a whole, so that its length is told with it. */
async function gather(bytes: Bytes): Promise<Bytes> {
  if (bytes instanceof Uint8Array) return bytes;
  const pieces: Uint8Array[] = [];
  let length = 0;
  const iterator = bytes[Symbol.asyncIterator]();
  for (let next = await iterator.next(); !next.done; next = await iterator.next()) {
    pieces.push(next.value);
    length += next.value.length;
    if (length > wholeBytes) return after(pieces, iterator);
  }
  return Buffer.concat(pieces);
}

async function* after(pieces: Uint8Array[], rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* pieces;
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
}

async function bodyOf(answer: Response): Promise<unknown> {
  const text = await answer.text();
  return text ? JSON.parse(text) : {};
}

async function failureOf(answer: Response): Promise<Error> {
  const problem = (await bodyOf(answer).catch(() => ({}))) as {
    detail?: string;
    errors?: { path: string; detail: string }[];
  }; // RFC 9457, as our routes answer
  const issues = (problem.errors ?? []).map(({ path, detail }) => `${path}: ${detail}`);
  const text = [problem.detail ?? `The service answers with ${answer.status}.`, ...issues].join(' ');
  if ([400, 413, 415, 422].includes(answer.status)) return new IngestError(text);
  return new CallerError('unavailable', text);
}
