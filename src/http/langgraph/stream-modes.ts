import { z } from 'zod';
import type { LoggedEvent } from '../../turn-event.ts';
import type { Frame } from './frame.ts';
import { messagesFrames } from './messages-frames.ts';
import { messagesTupleFrames } from './messages-tuple-frames.ts';
import type { RunView } from './run-view.ts';
import { wireValues } from './wire-message.ts';

export const streamModes = ['values', 'updates', 'messages', 'messages-tuple', 'custom'] as const;
export type StreamMode = (typeof streamModes)[number];

/** What a client asks for: one mode or a list. */
export const streamModeSchema = z
  .union([z.string(), z.array(z.string()).min(1)])
  .transform((modes) => [...new Set(typeof modes === 'string' ? [modes] : modes)])
  .pipe(
    z.array(z.enum(streamModes, `expected one of ${streamModes.join(', ')}: other modes are not supported`)),
  );

/** `view` is what is known with the event, `before` without it. */
export type FramesOf = (event: LoggedEvent, view: RunView, before: RunView | undefined) => Frame[];

export const framesOfMode: Record<StreamMode, FramesOf> = {
  values: valuesFrames,
  updates: updatesFrames,
  messages: messagesFrames,
  'messages-tuple': messagesTupleFrames,
  custom: customFrames,
};

/** The whole state, after the input and after each step. */
function valuesFrames(event: LoggedEvent, { values }: RunView): Frame[] {
  if (event.type === 'interrupted') {
    return [{ event: 'values', data: { ...wireValues(values), __interrupt__: event.interrupts } }];
  }
  const changed = event.type === 'step-end' || (event.type === 'turn-start' && event.input.length > 0);
  return changed ? [{ event: 'values', data: wireValues(values) }] : [];
}

/** What each step added, by its node. */
function updatesFrames(event: LoggedEvent): Frame[] {
  if (event.type === 'step-end') {
    return [{ event: 'updates', data: { [event.node]: wireValues(event.update) } }];
  }
  return event.type === 'interrupted'
    ? [{ event: 'updates', data: { __interrupt__: event.interrupts } }]
    : [];
}

/** What tools say while they work, as they say it, and the turn's hops and calls as objects with a `type`. */
function customFrames(event: LoggedEvent): Frame[] {
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
