import { setTimeout as sleep } from 'node:timers/promises';
import { isUnavailable } from './is-unavailable.ts';

/** How long is waited between two tries, in milliseconds; the last one again and again. */
const pauses = [50, 100, 250, 500, 1_000, 2_000];

export interface Patience {
  /** For how long it is tried at least, in milliseconds. */
  forMs: number;
  /** Gives up at once. */
  signal?: AbortSignal;
}

/**
 * Tries again while the database is away, as in a restart or a fail-over, with growing pauses. Rejects with what `work` rejects with for
 * any other reason, or when the patience is over.
 */
export async function patiently<T>(work: () => Promise<T>, { forMs, signal }: Patience): Promise<T> {
  const until = performance.now() + forMs;
  for (let at = 0; ; at++) {
    try {
      return await work();
    } catch (error) {
      if (!isUnavailable(error) || signal?.aborted || performance.now() > until) throw error;
    }
    await sleep(pauses[at] ?? pauses.at(-1), undefined, { ref: false });
  }
}
