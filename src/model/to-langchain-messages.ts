import {
  AIMessage,
  type BaseMessage,
  type ContentBlock,
  HumanMessage,
  SystemMessage,
  ToolMessage,
} from '@langchain/core/messages';
import type { AiMessage, Content, Message } from '../message.ts';
import { nameOnTheWire } from './name-on-the-wire.ts';

/**
 * The prompt and the conversation as LangChain's messages, in the same order. `withNames` keeps who spoke, for
 * providers that take it; what a model thought goes back only to the model `to`. What only programs read
 * (artifacts, ids, usage) stays here.
 */
export function toLangChainMessages(
  system: string,
  messages: Message[],
  { withNames, to }: { withNames: boolean; to: string },
): BaseMessage[] {
  const prompt = system.trim() ? [new SystemMessage(system)] : [];
  return [...prompt, ...messages.map((message) => toLangChainMessage(message, withNames, to))];
}

function toLangChainMessage(message: Message, withNames: boolean, to: string): BaseMessage {
  switch (message.type) {
    case 'system':
      return new SystemMessage(message.content);
    case 'human':
      return new HumanMessage({ content: partsOf(message.content), ...nameOf(message.name, withNames) });
    case 'ai':
      return new AIMessage({
        content: withThoughts(message, to),
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

/** Providers that sign what their models think refuse calls without it, and refuse what another signed. */
function withThoughts({ content, reasoning }: AiMessage, to: string): string | ContentBlock[] {
  if (reasoning?.of !== to) return content;
  const said = content ? [{ type: 'text' as const, text: content }] : [];
  return [...(reasoning.blocks as unknown as ContentBlock[]), ...said]; // as this provider gave them
}

function partsOf(content: Content): string | ContentBlock[] {
  return typeof content === 'string' ? content : (content as ContentBlock[]); // parts go as they came
}

function nameOf(name: string | undefined, withNames: boolean): { name?: string } {
  return withNames && name && nameOnTheWire.test(name) ? { name } : {};
}
