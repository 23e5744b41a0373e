import type { JsonObject } from '../../message.ts';
import type { LoggedEvent } from '../../turn-event.ts';
import type { Frame } from './frame.ts';
import type { Task } from './run-task.ts';
import type { RunView } from './run-view.ts';
import { wireValues } from './wire-message.ts';

/** The mode `tasks`: a node begins with an input; it ends with a result, with what it waits for, or with an error. */
export function taskFrames(event: LoggedEvent, view: RunView, before: RunView | undefined): Frame[] {
  return taskEvents(event, view, before).map(({ payload }) => ({ event: 'tasks', data: payload }));
}

export interface TaskEvent {
  type: 'task' | 'task_result';
  task: Task;
  payload: object;
}

/** What an event says of tasks. */
export function taskEvents(event: LoggedEvent, view: RunView, before: RunView | undefined): TaskEvent[] {
  const begun = begunTask(view, before);
  const ended = view.over ? view.task : undefined;
  return [
    ...(begun ? [{ type: 'task' as const, task: begun, payload: startOf(begun) }] : []),
    ...(ended ? [{ type: 'task_result' as const, task: ended, payload: resultOf(event, ended) }] : []),
  ];
}

/** The task that the last event began. */
export function begunTask({ task }: RunView, before: RunView | undefined): Task | undefined {
  return task !== before?.task ? task : undefined;
}

export function triggersOf({ node }: Task): string[] {
  return [`branch:to:${node}`];
}

function startOf(task: Task): object {
  const { id, node, input } = task;
  return { id, name: node, input: wireValues(input), triggers: triggersOf(task), interrupts: [] };
}

function resultOf(event: LoggedEvent, { id, node }: Task): object {
  const result: JsonObject = {};
  const nothing = { id, name: node, result, interrupts: [] };
  if (event.type === 'step-end') return { ...nothing, result: wireValues(event.update) };
  if (event.type === 'interrupted') return { ...nothing, interrupts: event.interrupts };
  return event.type === 'turn-error' ? { ...nothing, error: event.message } : nothing;
}
