import type { AppContext } from '../../app-context.ts';
import { emptyState } from '../../handoff/state.ts';
import { readState } from '../../turn/thread-state.ts';
import type { StateAt } from './run-view.ts';

/** Reads what turns began from out of the checkpoints. */
export function savedStates(context: AppContext): StateAt {
  return async ({ graph, checkpointId, threadId }) => {
    const state = checkpointId ? await readState(context, threadId, checkpointId) : undefined;
    return state?.values ?? emptyState(context.graphs.get(graph)?.graph.start ?? '');
  };
}
