import { tagKey } from './value-tag.ts';

/**
 * The JSON of a value that JSON and jsonb hold as it is, which is most of what a state is made of: the very text that comes of encoding
 * it, without the copy. Undefined for every value that has to be encoded, and for some that need not be.
 */
export function plainText(value: unknown): string | undefined {
  if (!isPlain(value)) return undefined;
  const text = JSON.stringify(value);
  return isFit(text) ? text : undefined;
}

/** Whether it has no other members than those that JSON knows. */
function isPlain(value: unknown): boolean {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return true;
  if (typeof value === 'number') return Number.isFinite(value) && !Object.is(value, -0);
  if (typeof value !== 'object' || 'toJSON' in value) return false;
  if (Array.isArray(value)) return isPlainArray(value);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return false;
  for (const key in value) if (!isPlain((value as Record<string, unknown>)[key])) return false; // its own key
  return true;
}

/** By index: a hole is no member of JSON's. */
function isPlainArray(values: unknown[]): boolean {
  for (let at = 0; at < values.length; at += 1) if (!isPlain(values[at])) return false;
  return true;
}

/**
 * Whether no text and no key in it needs a tag: one with NUL or half a surrogate pair is written with `\u`, as are other rare ones, and
 * the two keys that mean something else are in the text as they are.
 */
function isFit(text: string): boolean {
  return !text.includes('\\u') && !text.includes(tagKey) && !text.includes('__proto__');
}
