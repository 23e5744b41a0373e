import { type Charge, type LimitStore, type Reading, slices } from './limit-store.ts';

/** Counts of one process. `take` says the same as the other stores', without waiting. */
export interface MemoryStore {
  take(charges: Charge[], now?: number): Reading[];
}

/** Of the newest slice and those before it. */
interface Counts {
  slice: number;
  counts: number[];
}

/** Keeps counts in memory. Of more than `most` keys, those that were not counted for the longest time are forgotten. */
export function openMemoryStore(most = 50_000): MemoryStore {
  const held = new Map<string, Counts>();

  function keep(key: string, counts: Counts): void {
    held.delete(key);
    held.set(key, counts);
    if (held.size <= most) return;
    for (const oldest of held.keys()) {
      held.delete(oldest);
      break;
    }
  }

  return {
    take(charges, now = Date.now()) {
      const after = charges.map((charge) => count(held.get(charge.key), charge, now));
      const room = after.every(({ reading }) => reading.fits);
      if (room) for (const [at, { key }] of charges.entries()) keep(key, after[at]?.counts ?? nothing);
      return after.map(({ reading }, at) => ({
        ...reading,
        used: room ? reading.used : reading.used - (charges[at]?.cost ?? 0),
      }));
    },
  };
}

/** The same with the promises of a store that others share. */
export function asLimitStore(memory: MemoryStore): LimitStore {
  return { take: async (charges, now) => memory.take(charges, now) };
}

const nothing: Counts = { slice: 0, counts: Array<number>(slices + 1).fill(0) };

/** The counts with the charge among them, and where the limit then stands. */
function count(held = nothing, { cost, quota, windowMs }: Charge, now: number) {
  const width = windowMs / slices;
  const slice = Math.max(Math.floor(now / width), held.slice);
  const moved = Math.min(slice - held.slice, slices + 1);
  const counts = [...nothing.counts.slice(0, moved), ...held.counts].slice(0, slices + 1);
  counts[0] = (counts[0] ?? 0) + cost;
  const used = counts.reduce((sum, n) => sum + n, 0);
  const age = ageToForget(counts, Math.max(used - quota, 1));
  const waitMs = (slice - age + slices + 1) * width - now;
  return { counts: { slice, counts }, reading: { used, waitMs, fits: used <= quota } };
}

/** The newest slice that has to be forgotten, with all before it, so that at least so much is. */
function ageToForget(counts: number[], missing: number): number {
  let freed = 0;
  let age = counts.length;
  while (freed < missing && age > 0) freed += counts[--age] ?? 0;
  return age;
}
