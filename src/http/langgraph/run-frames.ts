import type { LoggedEvent } from '../../turn-event.ts';
import type { Frame } from './frame.ts';
import type { RunView } from './run-view.ts';
import { framesOfMode, type StreamMode, streamModes } from './stream-modes.ts';

/** What watchers of a run are sent for an event, in the modes that they asked for, whatever order they named them in. */
export function runFrames(
  event: LoggedEvent,
  view: RunView | undefined,
  before: RunView | undefined,
  modes: readonly StreamMode[],
): Frame[] {
  const asked = streamModes.filter((mode) => modes.includes(mode));
  const frames = view ? asked.flatMap((mode) => framesOfMode[mode](event, view, before)) : [];
  if (event.type === 'turn-start') return [metadataOf(event), ...frames];
  if (event.type === 'turn-error') frames.push({ event: 'error', data: errorOf(event) });
  return frames;
}

export function metadataOf({ runId, attempt }: LoggedEvent & { type: 'turn-start' }): Frame {
  return { event: 'metadata', data: { run_id: runId, attempt } };
}

/** The names that LangGraph's clients know for the ways in which a run fails. */
const errorNames = {
  cancelled: 'UserInterrupt',
  model: 'ModelError',
  budget: 'BudgetError',
  timeout: 'TimeoutError',
  internal: 'InternalError',
} as const;

export function errorOf({ error, message }: Extract<LoggedEvent, { type: 'turn-error' }>): {
  error: string;
  message: string;
} {
  return { error: errorNames[error], message };
}
