import type { Message } from '../../message.ts';
import { citationsOf } from './citation.ts';

/**
 * Messages as models see them: in the place of `[1]` stands the id of the passage, as it was cited. So no model takes a number for
 * something to cite, and those that go on with what another has found can cite the same.
 */
export function restoreIds(messages: Message[]): Message[] {
  return messages.map((message) => {
    const citations = message.type === 'ai' ? citationsOf(message) : [];
    if (message.type !== 'ai' || citations.length === 0) return message;
    let end = 0;
    const parts = citations.map(({ marker, at, id }) => {
      const words = message.content.slice(end, at);
      end = at + `[${marker}]`.length;
      return `${words}[${id}]`;
    });
    return { ...message, content: parts.join('') + message.content.slice(end) };
  });
}
