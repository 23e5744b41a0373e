import type { Json, JsonObject } from '../message.ts';
import { checkText, refused } from './check-name.ts';

const limits = { bytes: 1024 * 1024, depth: 64 };

/** The value of an item, as it can be kept, with its size as JSON text. Throws a `CallerError` for one too large. */
export function checkValue(value: JsonObject): { value: JsonObject; json: string; bytes: number } {
  const kept = checkObject(value, 'value');
  const json = JSON.stringify(kept);
  const bytes = Buffer.byteLength(json);
  if (bytes > limits.bytes) throw refused('value', `has more than ${limits.bytes} bytes`);
  return { value: kept, json, bytes };
}

/**
 * An object that `jsonb` holds without loss: well-formed texts, finite numbers, at most 64 levels. What JSON has no
 * word for, as a `Date` or undefined, becomes what `JSON.stringify` makes of it. Throws a `CallerError` that says where.
 */
export function checkObject(value: JsonObject, where: string): JsonObject {
  const checked = checkJson(value, [where]);
  if (typeof checked !== 'object' || checked === null || Array.isArray(checked)) {
    throw refused(where, 'expected an object');
  }
  return checked;
}

function checkJson(value: Json, path: string[]): Json {
  const where = path.slice(0, 8).join('.');
  if (path.length > limits.depth + 1) throw refused(where, `is nested more than ${limits.depth} levels deep`);
  if (typeof value === 'string') return checkText(value, where);
  if (typeof value === 'boolean' || value === null) return value;
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw refused(where, 'is not a finite number');
    return value;
  }
  if (Array.isArray(value)) return value.map((inner, at) => checkJson(inner ?? null, [...path, String(at)]));
  if (typeof value !== 'object') throw refused(where, 'is not JSON');
  if ('toJSON' in value && typeof value.toJSON === 'function') return checkJson(plain(value), path);
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return Object.fromEntries(
    entries.map(([key, inner]) => [checkText(key, where), checkJson(inner, [...path, key])]),
  );
}

function plain(value: object): Json {
  return JSON.parse(JSON.stringify(value)) as Json; // what JSON.parse returns
}
