import type { LoggedEvent } from '../../turn-event.ts';
import type { Frame } from './frame.ts';
import { messageMetadata, nodeOf } from './message-metadata.ts';
import type { RunView } from './run-view.ts';
import { wireMessage } from './wire-message.ts';

/**
 * The mode `messages`: where a message comes from, once; what has been said of it, growing; then all of it.
 * Messages that nobody streamed, the user's and the tools', only come whole.
 */
export function messagesFrames(event: LoggedEvent, view: RunView, before: RunView | undefined): Frame[] {
  if (event.type === 'text-delta') {
    const { messageId, agent } = event;
    const partial = { type: 'ai' as const, id: messageId, name: agent, tool_calls: [] };
    const message = wireMessage({ ...partial, content: view.said.get(messageId) ?? '' });
    const begun = { event: 'messages/partial', data: [message] };
    return before?.said.has(messageId) ? [begun] : [announce(messageId, event, view, agent), begun];
  }
  if (view.added.length === 0) return [];
  const unannounced = view.added.filter(({ id }) => !view.said.has(id));
  return [
    ...unannounced.map((message) => announce(message.id, event, view, nodeOf(event, message))),
    { event: 'messages/complete', data: view.added.map(wireMessage) },
  ];
}

function announce(id: string, event: LoggedEvent, view: RunView, node: string): Frame {
  return { event: 'messages/metadata', data: { [id]: { metadata: messageMetadata(event, view, node) } } };
}
