import type { JsonObject, Message } from '../message.ts';
import { transferIn } from './transfer.ts';
import { transferTarget } from './transfer-tool.ts';

/** What others wrote into a transfer, as it crossed the edge, past its guards; what did not cross is not shown. */
export function withBriefsThatCrossed(agent: string, messages: Message[]): Message[] {
  const crossed = new Map<string, JsonObject>();
  for (const message of messages) {
    const transfer = message.type === 'tool' ? transferIn(message) : undefined;
    if (transfer && message.type === 'tool') crossed.set(message.tool_call_id, transfer.brief);
  }
  return messages.map((message) => {
    if (message.type !== 'ai' || message.name === agent || message.tool_calls.length === 0) return message;
    const calls = message.tool_calls.map((call) =>
      transferTarget(call.name) === undefined ? call : { ...call, args: crossed.get(call.id) ?? {} },
    );
    return { ...message, tool_calls: calls };
  });
}
