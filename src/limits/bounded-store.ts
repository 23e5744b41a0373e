import type { LimitStore } from './limit-store.ts';

export interface BoundedStore extends LimitStore {
  /** Whether it is worth asking just now. */
  up(): boolean;
}

export interface Bounds {
  /** How long the store may take: requests wait for it, and another one can do the same. */
  withinMs: number;
  /** How long it is left alone when it failed. */
  restMs: number;
}

/** A store that is not waited for for long, and is left alone for a while when it fails. */
export function boundedStore(store: LimitStore, { withinMs, restMs }: Bounds): BoundedStore {
  let restsUntil = 0;
  return {
    up: () => performance.now() >= restsUntil,
    async take(charges, now) {
      const late = Promise.withResolvers<never>();
      const timer = setTimeout(() => late.reject(new Error(`It took more than ${withinMs} ms.`)), withinMs);
      try {
        return await Promise.race([store.take(charges, now), late.promise]);
      } catch (error) {
        restsUntil = performance.now() + restMs;
        throw error;
      } finally {
        clearTimeout(timer);
      }
    },
  };
}
