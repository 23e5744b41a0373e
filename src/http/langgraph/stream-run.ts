import { isLast, type LoggedEvent } from '../../turn-event.ts';
import { formatFrames, fromTheStart, type Position } from './frame.ts';
import { runFrames } from './run-frames.ts';
import { follow, type RunView, type StateAt } from './run-view.ts';
import type { StreamMode } from './stream-modes.ts';

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
  { modes, stateAt, after = fromTheStart }: StreamRunOptions,
): AsyncGenerator<string> {
  let view: RunView | undefined;
  for await (const event of events) {
    const before = view;
    view = await follow(before, event, stateAt);
    for (const text of formatFrames(event.seq, runFrames(event, view, before, modes), after)) yield text;
    if (isLast(event)) return;
  }
  yield `event: error\ndata: ${JSON.stringify(noEnd)}\n\n`;
}

/** What a client is told when a log stops without a last event: its thread was deleted. */
export const noEnd = { error: 'InternalError', message: 'The run is gone before its end.' };
