import type { KeyDesk } from './key-desk.ts';

/**
 * The next of the keys by weight: smooth weighted round robin, as Igor Sysoev wrote it for nginx in 2012. Over any run of
 * requests each key is chosen in proportion, and the heavy ones not in a row.
 */
export function chooseKey(desks: readonly KeyDesk[]): KeyDesk | undefined {
  let best: KeyDesk | undefined;
  let total = 0;
  for (const desk of desks) {
    const { weight } = desk.key.limits;
    total += weight;
    desk.turn += weight;
    if (!best || desk.turn > best.turn) best = desk;
  }
  if (best) best.turn -= total;
  return best;
}
