import {
  BaseChatModel,
  type BaseChatModelCallOptions,
  type BindToolsInput,
} from '@langchain/core/language_models/chat_models';
import { AIMessageChunk, type BaseMessage } from '@langchain/core/messages';
import type { ChatResult } from '@langchain/core/outputs';
import { z } from 'zod';
import type { JsonObject, Message } from '../message.ts';
import type { ChatModel, ChatReply, ToolSpec } from './chat-model.ts';

/** What stands in each request beside messages and tools. */
export interface Asking {
  role: string;
  /** Who asks, as it is metered and recorded. */
  agent: string;
  signal: AbortSignal;
  maxTokens?: number;
}

/**
 * One of our models as LangChain's, for libraries that want one of those to call a tool. A model that writes the arguments as its text, as those
 * do that cannot call tools, is read as if it had called. What our model rejects with comes through as it is.
 */
export function toToolCallingModel(chat: ChatModel, asking: Asking): BaseChatModel {
  return new ToolCallingModel(chat, asking);
}

interface Options extends BaseChatModelCallOptions {
  tools?: ToolSpec[];
}

class ToolCallingModel extends BaseChatModel<Options, AIMessageChunk> {
  readonly #chat: ChatModel;
  readonly #asking: Asking;

  constructor(chat: ChatModel, asking: Asking) {
    super({});
    this.#chat = chat;
    this.#asking = asking;
  }

  override _llmType(): string {
    return 'baton';
  }

  override bindTools(tools: BindToolsInput[]) {
    return this.withConfig({ tools: tools.map(toSpec) });
  }

  override async _generate(
    messages: BaseMessage[],
    { tools = [] }: this['ParsedCallOptions'],
  ): Promise<ChatResult> {
    const { agent, ...asking } = this.#asking;
    const isSystem = (message: BaseMessage) => message.getType() === 'system';
    const request = {
      ...asking,
      agent: { name: agent, examples: [] },
      system: messages
        .filter(isSystem)
        .map(({ text }) => text)
        .join('\n\n'),
      messages: messages.filter((message) => !isSystem(message)).map(toMessage),
      tools,
    };
    const reply = await this.#chat(request, () => undefined);
    return { generations: [{ text: reply.text, message: toChunk(reply, tools) }] };
  }
}

const toolSchema = z.object({
  function: z.object({
    name: z.string(),
    description: z.string().default(''),
    parameters: z.record(z.string(), z.unknown()),
  }),
});

/** LangChain gives a schema's own `name` along inside of the parameters, where it means nothing. */
function toSpec(tool: BindToolsInput): ToolSpec {
  const { name, description, parameters } = toolSchema.parse(tool).function;
  const { name: _, title: __, description: ___, ...schema } = parameters as JsonObject; // a JSON Schema is JSON
  return { name, description, parameters: schema };
}

function toMessage(message: BaseMessage, at: number): Message {
  const id = `message-${at}`;
  if (message.getType() === 'ai')
    return { type: 'ai', id, name: 'assistant', content: message.text, tool_calls: [] };
  return { type: 'human', id, content: message.text };
}

function toChunk({ text, calls }: ChatReply, tools: ToolSpec[]): AIMessageChunk {
  const [tool] = tools;
  const written = calls.length === 0 && tool ? objectIn(text) : undefined;
  const made = written && tool ? [{ id: 'written', name: tool.name, args: written }] : calls;
  return new AIMessageChunk({
    content: text,
    tool_calls: made.map(({ id, name, args }) => ({ id, name, args, type: 'tool_call' })),
  });
}

/** The JSON object that a text is, or the one block of code in it. */
function objectIn(text: string): JsonObject | undefined {
  const block = /```(?:json)?\s*([\s\S]*?)\s*```/.exec(text)?.[1];
  try {
    const value: unknown = JSON.parse(block ?? text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as JsonObject)
      : undefined; // just parsed
  } catch {
    return undefined;
  }
}
