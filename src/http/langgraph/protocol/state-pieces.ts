import type { StateUpdate, StateValues } from '../../../handoff/state.ts';
import { isLast, type LoggedEvent } from '../../../turn-event.ts';
import { nodeOf } from '../message-metadata.ts';
import type { Piece } from './protocol-event.ts';
import { protocolValues } from './protocol-values.ts';
import { goesOn, type ThreadView, valuesAt } from './thread-view.ts';

/**
 * The channels `checkpoints` and `values`: each saved state, behind its envelope. A state comes alone where a turn ends
 * with one that no checkpoint told, where it is taken back, and where a new attempt goes on.
 */
export function statePieces(event: LoggedEvent, view?: ThreadView, before?: ThreadView): Piece[] {
  if (!view) return [];
  if (event.type === 'checkpoint') {
    const { checkpointId: id, parentId, step, source } = event;
    const envelope = { id, ...(parentId && { parent_id: parentId }), step, source };
    return [{ method: 'checkpoints', data: envelope }, values(valuesAt(view, event))];
  }
  const takenBack = event.type === 'turn-error' && event.rolledBack;
  const untold = isLast(event) && before?.changed;
  return takenBack || untold || goesOn(event, before) ? [values(view.run.values)] : [];
}

/** The channel `updates`: what each step added, by its node; of a new attempt, what was saved and not told before. */
export function updatePieces(event: LoggedEvent, view?: ThreadView, before?: ThreadView): Piece[] {
  if (event.type === 'step-end') return [update(event.node, event.update)];
  if (!view || !goesOn(event, before)) return [];
  const untold = view.run.added.filter((message) => nodeOf(event, message) !== '__start__');
  return untold.map((message) => update(nodeOf(event, message), { messages: [message] }));
}

/** The channel `input`: what the thread waits for. */
export function inputPieces(event: LoggedEvent): Piece[] {
  if (event.type !== 'interrupted') return [];
  return event.interrupts.map(({ id, value }) => ({
    method: 'input.requested',
    data: { interrupt_id: id, payload: value },
  }));
}

function values(state: StateValues): Piece {
  return { method: 'values', data: () => protocolValues(state) };
}

function update(node: string, added: StateUpdate): Piece {
  return { method: 'updates', node, data: () => ({ node, values: protocolValues(added) }) };
}
