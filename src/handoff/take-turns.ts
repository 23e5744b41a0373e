import type { AiMessage, HumanMessage, Message } from '../message.ts';
import { wellFormed } from './well-formed.ts';

/**
 * Providers want a user to begin, agents not to speak twice in a row, and something to reply to: where the
 * history has it otherwise, the machine's own words stand in between. Texts that are empty say so.
 */
export function takeTurns(agent: string, messages: Message[]): Message[] {
  const shown: Message[] = [];
  for (const message of messages) {
    const before = shown.at(-1);
    if (message.type === 'ai' && before?.type === 'ai') shown.push(goOn(before, message.name));
    if (message.type !== 'human' && !before)
      shown.push({ type: 'human', id: `${message.id}-before`, content: 'The conversation goes on.' });
    shown.push(message.type === 'human' ? withText(message) : message);
  }
  const last = shown.at(-1);
  if (!last) return [{ type: 'human', id: `${agent}-begin`, content: `Go on, ${agent}.` }];
  return last.type === 'ai' ? [...shown, goOn(last, agent)] : shown;
}

function goOn({ id, name }: AiMessage, next: string): HumanMessage {
  const done = name === next ? '' : `${name} is done. `;
  return { type: 'human', id: `${id}-prompt`, content: `${done}Go on, ${next}.` };
}

function withText(message: HumanMessage): HumanMessage {
  const { content } = message;
  if (typeof content === 'string' && content.trim() && content.isWellFormed()) return message;
  const isBlank = typeof content === 'string' ? !content.trim() : content.length === 0;
  return { ...message, content: isBlank ? '(no text)' : wellFormed(content) };
}
