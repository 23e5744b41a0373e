import type { Message } from '../message.ts';
import { transferIn } from './transfer.ts';
import { transferTarget } from './transfer-tool.ts';

/** What others wrote into a transfer, as it crossed the edge, past its guards; what did not cross is not shown. */
export function withBriefsThatCrossed(agent: string, messages: Message[]): Message[] {
  const crossed = new Map(
    messages.flatMap((message) => {
      const transfer = transferIn(message);
      return transfer && message.type === 'tool' ? [[message.tool_call_id, transfer.brief] as const] : [];
    }),
  );
  return messages.map((message) => {
    if (message.type !== 'ai' || message.name === agent || message.tool_calls.length === 0) return message;
    const calls = message.tool_calls.map((call) =>
      transferTarget(call.name) === undefined ? call : { ...call, args: crossed.get(call.id) ?? {} },
    );
    return { ...message, tool_calls: calls };
  });
}
