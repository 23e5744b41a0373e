import type { Call, Message, ToolMessage } from '../../../message.ts';
import type { LoggedEvent } from '../../../turn-event.ts';
import type { Piece } from './protocol-event.ts';
import { protocolMessage } from './protocol-values.ts';
import { goesOn, type ThreadView } from './thread-view.ts';

/** The channel `tools`: calls that are carried out. Each one that is told has a beginning and one end, also where it was refused. */
export function toolPieces(event: LoggedEvent, view?: ThreadView, before?: ThreadView): Piece[] {
  const open = before?.calls ?? new Set<string>();
  if (event.type === 'call-start') return [started(event.call)];
  if (event.type === 'custom') return open.has(event.callId ?? '') ? [said(event)] : [];
  if (event.type === 'call-end') {
    const { message } = event;
    const begun = open.has(message.tool_call_id);
    return [...(begun ? [] : [started(callOf(message, view?.run.values.messages))]), ended(message)];
  }
  if (event.type !== 'turn-start' && (view?.open || !before?.open)) return [];
  const answers = goesOn(event, before) ? (view?.run.added ?? []) : [];
  return [...open].map((id) => {
    const answer = answers.find((message) => message.type === 'tool' && message.tool_call_id === id);
    return answer?.type === 'tool' ? ended(answer) : failed(id, 'The call was cut off.');
  });
}

function started({ id, name, args }: Call): Piece {
  return tool({ event: 'tool-started', tool_call_id: id, tool_name: name, input: args });
}

function said({ callId, data }: Extract<LoggedEvent, { type: 'custom' }>): Piece {
  const delta = typeof data === 'string' ? data : JSON.stringify(data);
  return tool({ event: 'tool-output-delta', tool_call_id: callId, delta });
}

function ended(message: ToolMessage): Piece {
  const { tool_call_id, status, content } = message;
  return status === 'error'
    ? failed(tool_call_id, content)
    : tool({ event: 'tool-finished', tool_call_id, output: protocolMessage(message) });
}

function failed(id: string, message: string): Piece {
  return tool({ event: 'tool-error', tool_call_id: id, message });
}

/** The call that a message answers, as its agent made it. */
function callOf({ tool_call_id: id, name }: ToolMessage, messages: Message[] = []): Call {
  for (const message of messages.toReversed()) {
    const call = message.type === 'ai' ? message.tool_calls.find((made) => made.id === id) : undefined;
    if (call) return call;
  }
  return { id, name, args: {} };
}

function tool(data: object): Piece {
  return { method: 'tools', node: 'tools', data };
}
