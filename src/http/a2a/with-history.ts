import type { Task } from '@a2a-js/sdk';

/** A task with as much of what was said as was asked for: all when nothing was. */
export function withHistory(task: Task, length: number | undefined): Task {
  if (length === undefined) return task;
  return { ...task, history: length > 0 ? task.history.slice(-length) : [] };
}
