import type { LoggedEvent } from '../../turn-event.ts';
import { describeCheckpoint } from './checkpoint-frames.ts';
import type { Frame } from './frame.ts';
import type { RunView } from './run-view.ts';
import { taskEvents } from './task-frames.ts';

/** The mode `debug`: what the modes `tasks` and `checkpoints` tell, with the step and the time of each. */
export function debugFrames(event: LoggedEvent, view: RunView, before: RunView | undefined): Frame[] {
  const timestamp = new Date(event.at).toISOString();
  const told: object[] = taskEvents(event, view, before).map(({ type, task, payload }) => ({
    step: task.step,
    timestamp,
    type,
    payload,
  }));
  if (event.type === 'checkpoint') {
    told.push({ step: event.step, timestamp, type: 'checkpoint', payload: describeCheckpoint(event, view) });
  }
  return told.map((data) => ({ event: 'debug', data }));
}
