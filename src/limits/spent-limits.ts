import type { Charge, Reading } from './limit-store.ts';

/** What a process knows to be spent, so that it need not ask for it again. */
export interface SpentLimits {
  /** Where a limit stands that one of the charges would exceed; undefined where none is known to. */
  find(charges: Charge[]): Reading[] | undefined;
  remember(charges: Charge[], readings: Reading[]): void;
  forget(): void;
}

interface Spent extends Charge {
  used: number;
  until: number;
}

/**
 * Remembers limits that had no room until they have. Nothing that is counted is forgotten before then, so whoever would be
 * refused by the store is refused here, and nobody else. Of more than `most`, the oldest are forgotten.
 */
export function rememberSpent(most = 10_000): SpentLimits {
  const held = new Map<string, Spent>();

  function read(charge: Charge, now: number): Reading | undefined {
    const spent = held.get(charge.key);
    if (!spent || spent.quota < charge.quota || spent.cost > charge.cost) return undefined;
    if (spent.until > now) return { used: spent.used, waitMs: Math.ceil(spent.until - now), fits: false };
    held.delete(charge.key);
    return undefined;
  }

  return {
    find(charges) {
      if (held.size === 0) return undefined;
      const now = performance.now();
      const known = charges.map((charge) => read(charge, now));
      if (known.every((reading) => reading === undefined)) return undefined;
      return known.map((reading) => reading ?? { used: 0, waitMs: 0, fits: true });
    },
    remember(charges, readings) {
      for (const [at, charge] of charges.entries()) {
        const { fits = true, used = 0, waitMs = 0 } = readings[at] ?? {};
        if (fits) continue;
        held.set(charge.key, { ...charge, used, until: performance.now() + waitMs });
        const [oldest] = held.size > most ? held.keys() : [];
        if (oldest !== undefined) held.delete(oldest);
      }
    },
    forget: () => held.clear(),
  };
}
