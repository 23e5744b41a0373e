import { z } from 'zod';

/** Something that is not blank. */
export const text = z.string().trim().min(1);

/** A host, an address or a range of addresses, for lists of what may be reached. */
export const host = z.union(
  [z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6(), z.hostname()],
  'expected a host, an address or a range such as 10.0.0.0/8',
);

/** A whole number, both ends included. */
export function whole(least: number, most: number) {
  const error = `expected a whole number from ${least} to ${most}`;
  return z.coerce.number({ error }).int(error).min(least, error).max(most, error);
}

/** From nothing to all of it: 0 to 1. */
export const share = z.coerce
  .number('expected a share from 0 to 1')
  .min(0, 'expected a share from 0 to 1')
  .max(1, 'expected a share from 0 to 1');

/** Entries parted by commas; spaces around them do not count. */
export function parted<Entry extends z.ZodType<unknown, string>>(entry: Entry) {
  return text.transform((list) => list.split(',').map((one) => one.trim())).pipe(z.array(entry));
}
