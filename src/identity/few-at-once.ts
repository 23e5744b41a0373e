import { CallerError } from '../errors.ts';

/** Does the work when there is room. Rejects with a `CallerError` (`unavailable`) when too much waits already. */
export type Gate = <T>(work: () => Promise<T>) => Promise<T>;

/** Lets so much work go on at once, and so much of it wait. */
export function fewAtOnce({ atOnce, waiting }: { atOnce: number; waiting: number }): Gate {
  let busy = 0;
  const queue: (() => void)[] = [];

  return async function pass(work) {
    if (busy >= atOnce) {
      if (queue.length >= waiting) {
        const message = 'Too many passwords are being checked. Try again soon.';
        throw new CallerError('unavailable', message, { retryAfter: 2 });
      }
      await new Promise<void>((resolve) => queue.push(resolve)); // whoever leaves hands its place over
    } else {
      busy += 1;
    }
    try {
      return await work();
    } finally {
      const next = queue.shift();
      if (next) next();
      else busy -= 1;
    }
  };
}
