import type { Json } from '../message.ts';

/** A value of the database as JSON: times in ISO 8601, bytes in hexadecimal, what JSON has no word for as text. */
export function toJson(value: unknown): Json {
  if (value === null || value === undefined) return null;
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (value instanceof Uint8Array) return `\\x${Buffer.from(value).toString('hex')}`;
  if (Array.isArray(value)) return value.map(toJson);
  if (typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, toJson(inner)]));
  }
  return String(value);
}

/** The beginning of a text, of at most so many bytes, marked as cut. */
export function cutText(text: string, bytes: number): string {
  const kept = Buffer.from(text).subarray(0, bytes).toString().replace(/�+$/, '');
  return `${kept}… (cut)`;
}
