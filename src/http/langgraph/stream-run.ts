import { isLast, type LoggedEvent } from '../../turn-event.ts';
import { type Frame, formatFrame, isAfter, type Position } from './frame.ts';
import { follow, type RunView, type StateAt } from './run-view.ts';
import { framesOfMode, type StreamMode } from './stream-modes.ts';

export interface StreamRunOptions {
  modes: StreamMode[];
  stateAt: StateAt;
  /** The last frame that the client has: it gets what follows. */
  after?: Position;
}

/**
 * A run's events as LangGraph's server-sent events. A pure mapping: the same events and modes give the
 * same frames with the same ids, so a client that reconnects misses nothing and repeats nothing. The
 * events therefore always begin with the run's first.
 */
export async function* streamRun(
  events: AsyncIterable<LoggedEvent>,
  { modes, stateAt, after = { seq: -1, index: Number.POSITIVE_INFINITY } }: StreamRunOptions,
): AsyncGenerator<string> {
  let view: RunView | undefined;
  for await (const event of events) {
    const before = view;
    view = await follow(before, event, stateAt);
    const frames = framesOfEvent(event, view, before, modes);
    for (const [at, frame] of frames.entries()) {
      const position = { seq: event.seq, index: at === frames.length - 1 ? Number.POSITIVE_INFINITY : at };
      if (isAfter(position, after)) yield formatFrame(frame, position);
    }
    if (isLast(event)) return;
  }
  yield `event: error\ndata: ${JSON.stringify(noEnd)}\n\n`;
}

/** What a client is told when a log stops without a last event: its thread was deleted. */
export const noEnd = { error: 'InternalError', message: 'The run is gone before its end.' };

function framesOfEvent(
  event: LoggedEvent,
  view: RunView | undefined,
  before: RunView | undefined,
  modes: StreamMode[],
): Frame[] {
  const frames = view ? modes.flatMap((mode) => framesOfMode[mode](event, view, before)) : [];
  if (event.type === 'turn-start') {
    return [{ event: 'metadata', data: { run_id: event.runId, attempt: event.attempt } }, ...frames];
  }
  if (event.type === 'turn-error') frames.push({ event: 'error', data: errorOf(event) });
  return frames;
}

/** The names that LangGraph's clients know for the ways in which a run fails. */
const errorNames = {
  cancelled: 'UserInterrupt',
  model: 'ModelError',
  timeout: 'TimeoutError',
  internal: 'InternalError',
} as const;

export function errorOf({ error, message }: Extract<LoggedEvent, { type: 'turn-error' }>): {
  error: string;
  message: string;
} {
  return { error: errorNames[error], message };
}
