import type { Context } from 'hono';
import { CallerError } from '../../errors.ts';

/** The body of a request as it comes. Throws a `CallerError` when its client leaves before the end. */
export async function* bodyOf(c: Context): AsyncGenerator<Uint8Array, void> {
  const { body } = c.req.raw;
  if (!body) return;
  try {
    yield* body as ReadableStream<Uint8Array>; // which is what fetch's types say of it
  } catch (cause) {
    throw new CallerError('invalid-request', 'The client left before the end of the body.', { cause });
  }
}

/**
 * The same bytes, and a `CallerError` in their place: `too-large` where there are more than `most`, `invalid-request` where there
 * are none.
 */
export async function* bounded(
  content: AsyncIterable<Uint8Array>,
  most: number,
): AsyncGenerator<Uint8Array, void> {
  let bytes = 0;
  for await (const part of content) {
    bytes += part.length;
    if (bytes > most) throw tooLarge(most);
    yield part;
  }
  if (bytes === 0) throw new CallerError('invalid-request', 'The document is empty.');
}

/** What bytes are said to be; undefined where a client says what it says of all bytes. */
export function saidType(contentType: string | undefined): string | undefined {
  return /^(application\/(octet-stream|x-www-form-urlencoded)|binary\/)/i.test(contentType ?? '')
    ? undefined
    : contentType;
}

export function tooLarge(most: number): CallerError {
  return new CallerError('too-large', `The document is larger than ${most} bytes.`);
}
