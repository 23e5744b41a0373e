import type { AppContext } from '../../app-context.ts';
import { patiently } from '../../db/patiently.ts';
import { emptyState, type StateValues } from '../../handoff/state.ts';
import { tenantKey } from '../../tenancy.ts';
import { readState } from '../../turn/thread-state.ts';
import type { StateAt } from './run-view.ts';

/** Saved states that are kept for watchers who come one after the other, at most. */
const kept = 64;

/** For how long a watcher waits for a database that is away, in milliseconds. */
const patience = 60_000;

const statesOf = new WeakMap<AppContext, Map<string, Promise<StateValues | undefined>>>();

/**
 * Reads what turns began from out of the checkpoints. A saved state never changes, so watchers of the same run share
 * one reading of it.
 */
export function savedStates(context: AppContext): StateAt {
  const states = statesOf.get(context) ?? new Map<string, Promise<StateValues | undefined>>();
  statesOf.set(context, states);
  return async ({ graph, checkpointId, threadId }) => {
    const nothing = emptyState(context.graphs.get(graph)?.graph.start ?? '');
    if (!checkpointId) return nothing;
    const key = `${tenantKey(threadId)}/${checkpointId}`;
    const reading = states.get(key) ?? read(context, threadId, checkpointId);
    remember(states, key, reading);
    return (await reading) ?? nothing;
  };
}

async function read(
  context: AppContext,
  threadId: string,
  checkpointId: string,
): Promise<StateValues | undefined> {
  const begun = context.turns.begun.recall(threadId, checkpointId);
  if (begun) return begun;
  const state = await patiently(() => readState(context, threadId, checkpointId), { forMs: patience });
  return state?.values.messages && state.values; // an input that is saved and not taken in yet has no values
}

/** The state used last is forgotten last; one that was not there or could not be read, at once. */
function remember<T>(states: Map<string, Promise<T>>, key: string, reading: Promise<T>): void {
  states.delete(key);
  states.set(key, reading);
  const forget = () => states.delete(key);
  reading.then((state) => state ?? forget(), forget);
  const [oldest] = states.keys();
  if (states.size > kept && oldest !== undefined) states.delete(oldest);
}
