import type { Json } from '../message.ts';

/**
 * JSON in one spelling, so that equal values have equal hashes: no blanks, the members of objects in the order of their names'
 * UTF-16 code units, numbers and texts as JavaScript writes them.
 *
 * Source: RFC 8785, JSON Canonicalization Scheme, section 3.2. Its test vectors are in the tests.
 */
export function canonicalJson(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const members = Object.keys(value)
    .sort()
    .map((name) => `${JSON.stringify(name)}:${canonicalJson(value[name] ?? null)}`);
  return `{${members.join(',')}}`;
}
