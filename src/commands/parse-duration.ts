import { CallerError } from '../errors.ts';

const seconds = { s: 1, m: 60, h: 3_600, d: 86_400 } as const;

/** A time such as `90d`, `12h`, `30m` or `45s`, in seconds. Throws a `CallerError` that names the option. */
export function parseDuration(option: string, text: string): number {
  const [, count, unit] = /^(\d{1,9})([smhd])$/.exec(text) ?? [];
  if (count && unit) return Number(count) * seconds[unit as keyof typeof seconds]; // the pattern lets no other through
  throw new CallerError('invalid-request', `${option}: expected a time such as 90d, 12h or 30m.`);
}
