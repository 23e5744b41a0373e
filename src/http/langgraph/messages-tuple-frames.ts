import type { AiMessage } from '../../message.ts';
import type { LoggedEvent } from '../../turn-event.ts';
import type { Frame } from './frame.ts';
import { messageMetadata } from './message-metadata.ts';
import type { RunView } from './run-view.ts';
import { wireMessage } from './wire-message.ts';

/**
 * The mode `messages-tuple`, whose events are called `messages`: pairs of a piece of a message and where it
 * comes from. Clients add the pieces of one id together: the last piece of an agent's message has the calls
 * and what was not said yet. Tools' messages come whole.
 */
export function messagesTupleFrames(event: LoggedEvent, view: RunView): Frame[] {
  if (event.type === 'text-delta') {
    return [tuple(chunk(event.messageId, event.agent, event.text), event, view, event.agent)];
  }
  if (event.type !== 'step-end') return [];
  return view.added.flatMap((message) => {
    if (message.type === 'human') return [];
    const piece =
      message.type === 'ai' ? lastChunk(message, view.said.get(message.id) ?? '') : wireMessage(message);
    return [tuple(piece, event, view, event.node)];
  });
}

function tuple(piece: object, event: LoggedEvent, view: RunView, node: string): Frame {
  return { event: 'messages', data: [piece, messageMetadata(event, view, node)] };
}

function chunk(id: string, name: string, content: string) {
  return {
    type: 'AIMessageChunk',
    id,
    name,
    content,
    additional_kwargs: {},
    response_metadata: {},
    tool_calls: [] as AiMessage['tool_calls'],
    invalid_tool_calls: [] as AiMessage['invalid_tool_calls'],
    tool_call_chunks: [] as object[],
  };
}

/** `said` is empty, or what `message` begins with. */
function lastChunk(message: AiMessage, said: string) {
  const rest = message.content.startsWith(said) ? message.content.slice(said.length) : '';
  return {
    ...chunk(message.id, message.name, rest),
    ...(message.response_metadata && { response_metadata: message.response_metadata }),
    ...(message.usage_metadata && { usage_metadata: message.usage_metadata }),
    tool_calls: message.tool_calls,
    invalid_tool_calls: message.invalid_tool_calls ?? [],
    tool_call_chunks: message.tool_calls.map(({ id, name, args }, index) => ({
      type: 'tool_call_chunk',
      id,
      name,
      args: JSON.stringify(args),
      index,
    })),
  };
}
