import { CallerError } from '../errors.ts';
import type { Json } from '../message.ts';

const deepest = 64;

/**
 * JSON that the database can hold and that no code trips over: halves of a surrogate pair become U+FFFD.
 *
 * Throws a `CallerError` for what would be lost or would do harm: U+0000, the key `__proto__`, numbers
 * that are too large, and more than 64 levels.
 */
export function cleanJson(value: Json, path: string[] = []): Json {
  if (path.length > deepest) throw refused(path.slice(0, 3), `is nested more than ${deepest} levels deep`);
  if (typeof value === 'string') return cleanText(value, path);
  if (typeof value === 'number' && !Number.isFinite(value)) throw refused(path, 'is too large a number');
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item, at) => cleanJson(item, [...path, String(at)]));
  const entries = Object.entries(value).map(([key, item]) => {
    if (key === '__proto__') throw refused(path, 'has the key __proto__');
    return [cleanText(key, path), cleanJson(item, [...path, key])] as const;
  });
  return Object.fromEntries(entries);
}

function cleanText(text: string, path: string[]): string {
  if (text.includes('\0')) throw refused(path, 'contains the character U+0000, which cannot be stored');
  return text.toWellFormed();
}

function refused(path: string[], message: string): CallerError {
  return new CallerError('invalid-request', 'The body cannot be used.', {
    issues: [{ path: path.join('.'), message }],
  });
}
