import type { Json } from '../../../message.ts';

/** How far two numbers may be apart, of the larger one. */
const tolerance = 1e-6;
const number = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i;
const moment = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}(?::?\d{2})?)?)?$/;

/**
 * A value to be compared by what it means: numbers of any type as numbers, dates and times as moments (those without a zone in UTC), null as
 * itself, everything else as text without the blanks that pad it.
 */
export function meaningOf(value: Json): number | string | null {
  if (value === null || typeof value === 'number') return value;
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'object') return JSON.stringify(value);
  if (number.test(value)) return Number(value);
  if (moment.test(value)) return momentOf(value) ?? value;
  return value.trimEnd();
}

/** In milliseconds, marked so that it is never taken for a number. */
function momentOf(text: string): string | undefined {
  const zoned = /(?:Z|[+-]\d{2}(?::?\d{2})?)$/.test(text.slice(10));
  const time = Date.parse(
    text.length === 10 || zoned ? text.replace(' ', 'T') : `${text.replace(' ', 'T')}Z`,
  );
  return Number.isNaN(time) ? undefined : `at ${time}`;
}

/** Below 0, 0 where they count as the same, or above 0; null comes first, then numbers. */
export function compareMeanings(one: number | string | null, other: number | string | null): number {
  if (typeof one === 'number' && typeof other === 'number') {
    const apart = one - other;
    return Math.abs(apart) <= tolerance * Math.max(Math.abs(one), Math.abs(other)) ? 0 : apart;
  }
  if (one === other) return 0;
  const [first, second] = [rankOf(one), rankOf(other)];
  if (first !== second) return first - second;
  return String(one) < String(other) ? -1 : 1;
}

function rankOf(value: number | string | null): number {
  if (value === null) return 0;
  return typeof value === 'number' ? 1 : 2;
}
