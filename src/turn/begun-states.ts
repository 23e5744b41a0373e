import type { StateValues } from '../handoff/state.ts';
import { tenantKey } from '../tenancy.ts';

/** States that are kept, at most: watchers come within moments of the beginning, or one after the other. */
const kept = 64;

type Reading = Promise<StateValues | undefined>;

/**
 * The saved states that runs began from, for those who watch the runs: what a run of this process has just read need not be read again, and
 * watchers of one run share one reading. A saved state never changes. The state used last is forgotten last.
 */
export class BegunStates {
  readonly #readings = new Map<string, Reading>();

  remember(threadId: string, checkpointId: string, values: StateValues): void {
    this.#keep(keyOf(threadId, checkpointId), Promise.resolve(values));
  }

  /** Of a thread of the tenant at work. One that `read` does not find, or fails to read, is read again for the next who asks. */
  recall(threadId: string, checkpointId: string, read: () => Reading): Reading {
    const key = keyOf(threadId, checkpointId);
    const reading = this.#readings.get(key) ?? this.#begin(key, read);
    this.#keep(key, reading);
    return reading;
  }

  async #begin(key: string, read: () => Reading): Reading {
    let state: StateValues | undefined;
    try {
      state = await read();
    } finally {
      if (!state) this.#readings.delete(key);
    }
    return state;
  }

  #keep(key: string, reading: Reading): void {
    this.#readings.delete(key);
    this.#readings.set(key, reading);
    const [oldest] = this.#readings.keys();
    if (this.#readings.size > kept && oldest !== undefined) this.#readings.delete(oldest);
  }
}

function keyOf(threadId: string, checkpointId: string): string {
  return `${tenantKey(threadId)}/${checkpointId}`;
}
