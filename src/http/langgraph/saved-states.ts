import type { AppContext } from '../../app-context.ts';
import { patiently } from '../../db/patiently.ts';
import { emptyState, type StateValues } from '../../handoff/state.ts';
import { readState } from '../../turn/thread-state.ts';
import type { StateAt } from './run-view.ts';

/** For how long a watcher waits for a database that is away, in milliseconds. */
const patience = 60_000;

/** Reads what turns began from out of the checkpoints, where it is not known: see `BegunStates`. */
export function savedStates(context: AppContext): StateAt {
  return async ({ graph, checkpointId, threadId }) => {
    const nothing = emptyState(context.graphs.get(graph)?.graph.start ?? '');
    if (!checkpointId) return nothing;
    const read = () => readValues(context, threadId, checkpointId);
    return (await context.turns.begun.recall(threadId, checkpointId, read)) ?? nothing;
  };
}

async function readValues(
  context: AppContext,
  threadId: string,
  checkpointId: string,
): Promise<StateValues | undefined> {
  const state = await patiently(() => readState(context, threadId, checkpointId), { forMs: patience });
  return state?.values.messages && state.values; // an input that is saved and not taken in yet has no values
}
