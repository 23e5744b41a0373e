import { createHash } from 'node:crypto';
import { type Message, type ToolMessage, textOf } from '../message.ts';

/** The messages with what others did told in the third person; what the user and the agent itself said stands as it was. */
export function narrate(agent: string, messages: Message[]): Message[] {
  return messages.map((message) =>
    message.type === 'human' || isOwn(agent, message, messages)
      ? message
      : { type: 'human', id: message.id, content: tell(message) },
  );
}

/** Whether a message is the agent's: what it said, or the answer to a call of its. */
export function isOwn(agent: string, message: Message, among: Message[]): boolean {
  if (message.type === 'ai') return message.name === agent;
  return message.type === 'tool' && callerOf(message, among) === agent;
}

function callerOf({ tool_call_id }: ToolMessage, among: Message[]): string | undefined {
  const asked = among.findLast(
    (message) => message.type === 'ai' && message.tool_calls.some(({ id }) => id === tool_call_id),
  );
  return asked?.type === 'ai' ? asked.name : undefined;
}

/** The mark around a narration holds a hash of the text inside it, which no text can hold of itself. */
function tell(message: Message): string {
  const text = sentence(message);
  const mark = createHash('sha256').update(text).digest('hex').slice(0, 12);
  return `<narration ${mark}>\n${text}\n</narration ${mark}>`;
}

function sentence(message: Message): string {
  if (message.type === 'tool') {
    return `The call ${message.name} ${message.status === 'error' ? 'failed' : 'returned'}: ${message.content}`;
  }
  if (message.type !== 'ai') return textOf(message.content);
  const calls = message.tool_calls.map(
    (call) => `The agent ${message.name} called ${call.name}(${JSON.stringify(call.args)}).`,
  );
  return [message.content && `The agent ${message.name} said: ${message.content}`, ...calls]
    .filter(Boolean)
    .join('\n');
}
