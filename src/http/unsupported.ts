import { z } from 'zod';

/**
 * A field of LangGraph's that would change what happens, and is not there: refused, since ignoring it would
 * be a lie. Clients send such fields empty, which asks for nothing.
 */
export function unsupported(what: string) {
  return z
    .unknown()
    .refine(isNothing, `${what} is not supported`)
    .optional()
    .transform(() => undefined)
    .describe('Not supported: only empty values.');
}

function isNothing(value: unknown): boolean {
  if (value === undefined || value === null || value === false || value === '' || value === 0) return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}
