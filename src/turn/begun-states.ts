import type { StateValues } from '../handoff/state.ts';
import { tenantKey } from '../tenancy.ts';

/** States that are kept, at most: watchers come within moments of the beginning. */
const kept = 64;

/**
 * The saved states that runs of this process began from, for those who watch the runs: what a run has just read need not be read again.
 * A saved state never changes. The oldest are forgotten.
 */
export class BegunStates {
  readonly #states = new Map<string, StateValues>();

  remember(threadId: string, checkpointId: string, values: StateValues): void {
    this.#states.set(keyOf(threadId, checkpointId), values);
    const [oldest] = this.#states.keys();
    if (this.#states.size > kept && oldest !== undefined) this.#states.delete(oldest);
  }

  /** Of a thread of the tenant at work. */
  recall(threadId: string, checkpointId: string): StateValues | undefined {
    return this.#states.get(keyOf(threadId, checkpointId));
  }
}

function keyOf(threadId: string, checkpointId: string): string {
  return `${tenantKey(threadId)}/${checkpointId}`;
}
