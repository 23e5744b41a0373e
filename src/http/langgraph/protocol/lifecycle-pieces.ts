import type { LoggedEvent } from '../../../turn-event.ts';
import type { Piece } from './protocol-event.ts';
import { goesOn, type ThreadView } from './thread-view.ts';

/** What a run has come to. */
export type Status = 'running' | 'completed' | 'failed' | 'interrupted';

/** The channel `lifecycle`: a turn begins, and how it ended. */
export function lifecyclePieces(event: LoggedEvent, view?: ThreadView, before?: ThreadView): Piece[] {
  const status = statusAfter(event);
  if (!status) return [];
  if (goesOn(event, before)) return []; // it has been told that it runs
  if (view?.open && view.runId !== event.runId) return []; // a run that never began, while another one runs
  const error = event.type === 'turn-error' && status === 'failed' ? { error: event.message } : {};
  const graph = view?.runId === event.runId ? { graph_name: view.run.graph } : {};
  return [{ method: 'lifecycle', data: { event: status, ...graph, ...error } }];
}

/** Someone who cancels a turn is told that it was interrupted, as LangGraph's server tells it. */
function statusAfter(event: LoggedEvent): Status | undefined {
  switch (event.type) {
    case 'turn-start':
      return 'running';
    case 'turn-end':
      return 'completed';
    case 'interrupted':
      return 'interrupted';
    case 'turn-error':
      return event.error === 'cancelled' ? 'interrupted' : 'failed';
    default:
      return undefined;
  }
}
