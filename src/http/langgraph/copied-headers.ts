import type { JsonObject } from '../../message.ts';

/** Who the caller is: nothing for tools. */
const secret = new Set(['x-api-key', 'x-tenant-id', 'x-service-key']);

/** The request's headers that tools can read among what is configurable: `x-*`, but for keys, and `user-agent`. */
export function copiedHeaders(headers: Headers): JsonObject {
  const copied = [...headers].filter(
    ([name]) => name === 'user-agent' || (name.startsWith('x-') && !secret.has(name)),
  );
  return Object.fromEntries(copied);
}
