import { createHash } from 'node:crypto';

/** `count` of the items, or all where there are fewer: always the same ones, in an order that tells nothing; `keyOf` tells items apart. */
export function sample<Item>(items: readonly Item[], count: number, keyOf: (item: Item) => string): Item[] {
  const ranked = items.map((item) => ({
    item,
    rank: createHash('sha256').update(keyOf(item)).digest('hex'),
  }));
  return ranked
    .sort((a, b) => (a.rank < b.rank ? -1 : 1))
    .slice(0, count)
    .map(({ item }) => item);
}
