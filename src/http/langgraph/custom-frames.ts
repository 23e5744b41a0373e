import type { LoggedEvent } from '../../turn-event.ts';
import type { Frame } from './frame.ts';

/**
 * The mode `custom`: what tools say while they work, as they say it, and the turn's hops and calls as objects with a
 * `type`.
 */
export function customFrames(event: LoggedEvent): Frame[] {
  const { seq: _seq, runId: _run, threadId: _thread, at: _at, ...said } = event;
  switch (said.type) {
    case 'custom':
      return [{ event: 'custom', data: said.data }];
    case 'agent-start':
    case 'handoff':
    case 'handoff-refused':
    case 'call-start':
    case 'call-end':
    case 'turn-end':
      return [{ event: 'custom', data: said }];
    default:
      return [];
  }
}
