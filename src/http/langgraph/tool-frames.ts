import type { LoggedEvent } from '../../turn-event.ts';
import type { Frame } from './frame.ts';
import type { RunView } from './run-view.ts';
import { wireMessage } from './wire-message.ts';

/** The mode `tools`: a call begins, says something while it works, and ends with its message or an error. */
export function toolFrames(event: LoggedEvent, { calls }: RunView): Frame[] {
  switch (event.type) {
    case 'call-start': {
      const { id, name, args } = event.call;
      return [tell({ event: 'on_tool_start', toolCallId: id, name, input: args })];
    }
    case 'custom': {
      const call = event.callId === undefined ? undefined : calls.get(event.callId);
      return call
        ? [tell({ event: 'on_tool_event', toolCallId: call.id, name: call.name, data: event.data })]
        : [];
    }
    case 'call-end': {
      const { message } = event;
      const about = { toolCallId: message.tool_call_id, name: message.name };
      return [
        message.status === 'error'
          ? tell({ event: 'on_tool_error', ...about, error: message.content })
          : tell({ event: 'on_tool_end', ...about, output: wireMessage(message) }),
      ];
    }
    default:
      return [];
  }
}

function tell(data: object): Frame {
  return { event: 'tools', data };
}
