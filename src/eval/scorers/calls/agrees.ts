import type { Json } from '../../../message.ts';
import { isSameStatement } from '../../../sql/same-statement.ts';

/**
 * Whether a call's argument is one of the values that are right for it; null: anything is, even nothing. Numbers agree by value, within one in a
 * billion; texts but for white space around them and its kind and length inside; lists and objects part by part. A number is no text, and
 * case counts. Arguments called `sql` also agree where they are the same statement.
 */
export async function agrees(
  argument: string,
  value: Json | undefined,
  right: readonly Json[] | null,
): Promise<boolean> {
  if (right === null) return true;
  if (value === undefined) return right.includes(null);
  if (right.some((one) => isAlike(value, one))) return true;
  if (argument !== 'sql' || typeof value !== 'string') return false;
  for (const one of right) if (typeof one === 'string' && (await isSameStatement(value, one))) return true;
  return false;
}

function isAlike(one: Json, other: Json): boolean {
  if (typeof one === 'number' && typeof other === 'number') return isNear(one, other);
  if (typeof one === 'string' && typeof other === 'string') return plain(one) === plain(other);
  if (Array.isArray(one) && Array.isArray(other))
    return one.length === other.length && one.every((part, at) => isAlike(part, other[at] ?? null));
  if (isObject(one) && isObject(other)) {
    const keys = Object.keys(one);
    const same = keys.length === Object.keys(other).length && keys.every((key) => Object.hasOwn(other, key));
    return same && keys.every((key) => isAlike(one[key] ?? null, other[key] ?? null));
  }
  return one === other;
}

function isNear(one: number, other: number): boolean {
  return Math.abs(one - other) <= 1e-9 * Math.max(1, Math.abs(one), Math.abs(other));
}

function isObject(value: Json): value is { [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function plain(text: string): string {
  return text.normalize('NFC').trim().replace(/\s+/gu, ' ');
}
