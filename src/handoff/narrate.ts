import { createHash } from 'node:crypto';
import { type Message, textOf } from '../message.ts';

/** The messages with what others did told in the third person; what the user and the agent itself said stands as it was. */
export function narrate(agent: string, messages: Message[]): Message[] {
  const callers = callersIn(messages);
  return messages.map((message) =>
    message.type === 'human' || isOwn(agent, message, callers)
      ? message
      : { type: 'human', id: message.id, content: tell(message) },
  );
}

/** Whether a message is the agent's: what it said, or the answer to a call of its, by who made the calls. */
export function isOwn(agent: string, message: Message, callers: Map<string, string>): boolean {
  if (message.type === 'ai') return message.name === agent;
  return message.type === 'tool' && callers.get(message.tool_call_id) === agent;
}

/** Who made each call, by its id; of two calls with one id, the later counts. */
export function callersIn(messages: Message[]): Map<string, string> {
  const callers = new Map<string, string>();
  for (const message of messages)
    if (message.type === 'ai') for (const { id } of message.tool_calls) callers.set(id, message.name);
  return callers;
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
