import type { LoggedEvent } from '../../turn-event.ts';
import type { Frame } from './frame.ts';
import { chunkOf, lastChunkOf } from './message-chunk.ts';
import { messageMetadata, nodeOf } from './message-metadata.ts';
import type { RunView } from './run-view.ts';
import { wireMessage } from './wire-message.ts';

/**
 * The mode `messages-tuple`, whose events are called `messages`: pairs of a piece of a message and where it
 * comes from. Clients add the pieces of one id together: the last piece of an agent's message has the calls
 * and what was not said yet. Tools' messages come whole.
 */
export function messagesTupleFrames(event: LoggedEvent, view: RunView): Frame[] {
  if (event.type === 'text-delta') {
    return [tuple(chunkOf(event.messageId, event.agent, event.text), event, view, event.agent)];
  }
  return view.added.flatMap((message) => {
    if (message.type === 'human') return [];
    if (event.type === 'turn-start' && event.input.some(({ id }) => id === message.id)) return [];
    const piece =
      message.type === 'ai' ? lastChunkOf(message, view.said.get(message.id) ?? '') : wireMessage(message);
    return [tuple(piece, event, view, nodeOf(event, message))];
  });
}

function tuple(piece: object, event: LoggedEvent, view: RunView, node: string): Frame {
  return { event: 'messages', data: [piece, messageMetadata(event, view, node)] };
}
