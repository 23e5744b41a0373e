import { z } from 'zod';
import type { LoggedEvent } from '../../turn-event.ts';
import { checkpointFrames } from './checkpoint-frames.ts';
import { customFrames } from './custom-frames.ts';
import { debugFrames } from './debug-frames.ts';
import { eventFrames } from './event-frames.ts';
import type { Frame } from './frame.ts';
import { messagesFrames } from './messages-frames.ts';
import { messagesTupleFrames } from './messages-tuple-frames.ts';
import type { RunView } from './run-view.ts';
import { taskFrames } from './task-frames.ts';
import { toolFrames } from './tool-frames.ts';
import { updatesFrames, valuesFrames } from './values-frames.ts';

/** In the order in which the frames of one event are sent, whatever order a client asks in. */
export const streamModes = [
  'custom',
  'tools',
  'messages',
  'messages-tuple',
  'tasks',
  'events',
  'updates',
  'values',
  'checkpoints',
  'debug',
] as const;
export type StreamMode = (typeof streamModes)[number];

/** What a client asks for: one mode or a list; an empty one is what was not said. */
export const streamModeSchema = z
  .union([z.string(), z.array(z.string())])
  .transform((modes) => [...new Set(typeof modes === 'string' ? [modes] : modes)])
  .transform((modes) => (modes.length > 0 ? modes : ['values']))
  .pipe(z.array(z.enum(streamModes, `expected one of ${streamModes.join(', ')}`)));

/** `view` is what is known with the event, `before` without it. */
export type FramesOf = (event: LoggedEvent, view: RunView, before: RunView | undefined) => Frame[];

export const framesOfMode: Record<StreamMode, FramesOf> = {
  custom: customFrames,
  tools: toolFrames,
  messages: messagesFrames,
  'messages-tuple': messagesTupleFrames,
  tasks: taskFrames,
  events: eventFrames,
  updates: updatesFrames,
  values: valuesFrames,
  checkpoints: checkpointFrames,
  debug: debugFrames,
};
