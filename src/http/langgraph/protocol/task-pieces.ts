import type { JsonObject } from '../../../message.ts';
import type { LoggedEvent } from '../../../turn-event.ts';
import type { Task } from '../run-task.ts';
import { begunTask, triggersOf } from '../task-frames.ts';
import type { Piece } from './protocol-event.ts';
import { protocolValues } from './protocol-values.ts';
import type { ThreadView } from './thread-view.ts';

/** The channel `tasks`: nodes that begin with an input, and what came of them. */
export function taskPieces(event: LoggedEvent, view?: ThreadView, before?: ThreadView): Piece[] {
  if (!view) return [];
  const { run } = view;
  const begun = begunTask(run, before?.runId === view.runId ? before.run : undefined);
  const ended = run.over ? run.task : undefined;
  return [
    ...(begun ? [piece(begun, () => startOf(begun))] : []),
    ...(ended ? [piece(ended, () => resultOf(event, ended))] : []),
  ];
}

function startOf(task: Task): object {
  const { id, node, input } = task;
  return { id, name: node, input: protocolValues(input), triggers: triggersOf(task), interrupts: [] };
}

function resultOf(event: LoggedEvent, { id, node }: Task): object {
  const result: JsonObject = {};
  const nothing = { id, name: node, result, interrupts: [] };
  if (event.type === 'step-end') return { ...nothing, result: protocolValues(event.update) };
  if (event.type === 'interrupted') return { ...nothing, interrupts: event.interrupts };
  return event.type === 'turn-error' ? { ...nothing, error: event.message } : nothing;
}

function piece({ node }: Task, data: () => object): Piece {
  return { method: 'tasks', node, data };
}
