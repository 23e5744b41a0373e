import {
  AIMessage,
  type BaseMessage,
  type ContentBlock,
  HumanMessage,
  SystemMessage,
  ToolMessage,
} from '@langchain/core/messages';
import type { Content, Message } from '../message.ts';

/** What OpenAI takes as the name of who speaks. */
const nameOnTheWire = /^[^\s<|\\/>]{1,64}$/;

/**
 * The prompt and the conversation as LangChain's messages, in the same order. `withNames` keeps who spoke, for
 * providers that take it. What only programs read (artifacts, ids, usage) stays here.
 */
export function toLangChainMessages(system: string, messages: Message[], withNames: boolean): BaseMessage[] {
  const prompt = system.trim() ? [new SystemMessage(system)] : [];
  return [...prompt, ...messages.map((message) => toLangChainMessage(message, withNames))];
}

function toLangChainMessage(message: Message, withNames: boolean): BaseMessage {
  switch (message.type) {
    case 'system':
      return new SystemMessage(message.content);
    case 'human':
      return new HumanMessage({ content: partsOf(message.content), ...nameOf(message.name, withNames) });
    case 'ai':
      return new AIMessage({
        content: message.content,
        tool_calls: message.tool_calls.map(({ id, name, args }) => ({ id, name, args })),
        ...nameOf(message.name, withNames),
      });
    case 'tool':
      return new ToolMessage({
        content: message.content,
        tool_call_id: message.tool_call_id,
        status: message.status,
      });
  }
}

function partsOf(content: Content): string | ContentBlock[] {
  return typeof content === 'string' ? content : (content as ContentBlock[]); // parts go as they came
}

function nameOf(name: string | undefined, withNames: boolean): { name?: string } {
  return withNames && name && nameOnTheWire.test(name) ? { name } : {};
}
