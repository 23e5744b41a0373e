import { isLast, type LoggedEvent } from '../../turn-event.ts';
import { describeCheckpoint } from './checkpoint-frames.ts';
import { type Frame, formatFrames, type Position } from './frame.ts';
import { metadataOf, runFrames } from './run-frames.ts';
import { follow, type RunView, type StateAt } from './run-view.ts';
import type { StreamMode } from './stream-modes.ts';

/**
 * What a watcher of a thread asks for: the frames of its runs; only that runs begin and end; the states that are
 * saved.
 */
export const threadStreamModes = ['run_modes', 'lifecycle', 'state_update'] as const;
export type ThreadStreamMode = (typeof threadStreamModes)[number];

export interface StreamThreadOptions {
  modes: readonly ThreadStreamMode[];
  /** The modes in which the frames of a run are sent. */
  modesOf(runId: string): Promise<readonly StreamMode[]>;
  stateAt: StateAt;
  /** The last frame that the client has: it gets what follows. */
  after: Position;
}

/**
 * The events of all runs of a thread as server-sent events. A pure mapping, as `streamRun` is: the events therefore
 * begin with the first of the run that was under way at `after`, or before it.
 */
export async function* streamThread(
  events: AsyncIterable<LoggedEvent>,
  { modes, modesOf, stateAt, after }: StreamThreadOptions,
): AsyncGenerator<string> {
  const views = new Map<string, RunView>();
  for await (const event of events) {
    const before = views.get(event.runId);
    const view = await follow(before, event, stateAt);
    const frames = [
      ...(modes.includes('run_modes') ? runFrames(event, view, before, await modesOf(event.runId)) : []),
      ...ofLife(event, modes),
      ...(view && modes.includes('state_update') ? ofState(event, view) : []),
    ];
    for (const text of formatFrames(event.seq, frames, after)) yield text;
    if (isLast(event)) views.delete(event.runId);
    else if (view) views.set(event.runId, view);
  }
}

/** That a run begins, unless its frames say so already, and that it is over. */
function ofLife(event: LoggedEvent, modes: readonly ThreadStreamMode[]): Frame[] {
  const whole = modes.includes('run_modes');
  if (!whole && !modes.includes('lifecycle')) return [];
  if (isLast(event)) return [{ event: 'metadata', data: { status: 'run_done', run_id: event.runId } }];
  return event.type === 'turn-start' && !whole ? [metadataOf(event)] : [];
}

function ofState(event: LoggedEvent, view: RunView): Frame[] {
  if (event.type !== 'checkpoint') return [];
  return [
    { event: 'state_update', data: { thread_id: event.threadId, state: describeCheckpoint(event, view) } },
  ];
}
