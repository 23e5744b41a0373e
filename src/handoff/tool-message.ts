import { randomUUID } from 'node:crypto';
import type { Call, Json, ToolMessage } from '../message.ts';

/** The answer to a call. Providers refuse answers without a text, so an empty one says that it is. */
export function toolMessage(
  call: Call,
  content: string,
  status: ToolMessage['status'],
  artifact?: Json,
): ToolMessage {
  return {
    type: 'tool',
    id: randomUUID(),
    name: call.name,
    content: content.trim() ? content.toWellFormed() : '(nothing)',
    tool_call_id: call.id,
    status,
    ...(artifact !== undefined && { artifact }),
  };
}
