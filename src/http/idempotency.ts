import { createHash } from 'node:crypto';
import type { Context } from 'hono';
import { CallerError } from '../errors.ts';
import type { Json } from '../message.ts';
import type { IdempotencyClaim } from '../turn/turn-request.ts';

/**
 * What the header `Idempotency-Key` of a request claims: the same request again, at the same address and with the same body but for
 * the order of its keys, is one that was made before. Undefined without the header.
 *
 * Throws a `CallerError` (`unprocessable`) for a key that is not 1 to 255 printable characters of ASCII.
 */
export async function readIdempotency(c: Context): Promise<IdempotencyClaim | undefined> {
  const key = c.req.header('idempotency-key');
  if (key === undefined) return undefined;
  if (!/^[\x20-\x7e]{1,255}$/.test(key)) {
    throw new CallerError(
      'unprocessable',
      'Idempotency-Key: expected 1 to 255 printable characters of ASCII.',
    );
  }
  const scope = `${c.req.method} ${c.req.path.toLowerCase()}`;
  return { scope, key, hash: hashOf(await c.req.text()) };
}

/** Says that the answer is one to a request that was made before. */
export function markReplayed(c: Context): void {
  c.header('Idempotent-Replayed', 'true');
}

function hashOf(body: string): string {
  return createHash('sha256').update(canonical(body)).digest('hex');
}

/** What is no JSON, or too deep for us, stands for itself: it is refused in its place. */
function canonical(body: string): string {
  try {
    return JSON.stringify(sortKeys(JSON.parse(body)));
  } catch {
    return body;
  }
}

function sortKeys(value: Json): Json {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== 'object' || value === null) return value;
  const sorted = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(sorted.map(([key, item]) => [key, sortKeys(item)]));
}
