import { createHash } from 'node:crypto';

/** Whether something belongs to a share of all, from 0 to 1: the same for every process and at every try, as its name's hash falls. */
export function isSampled(name: string, share: number): boolean {
  if (share <= 0) return false;
  const hash = createHash('sha256').update(name).digest();
  return hash.readUIntBE(0, 6) / 2 ** 48 < share;
}
