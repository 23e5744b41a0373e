import type { AIMessageChunk } from '@langchain/core/messages';
import { ChatOpenAICompletions } from '@langchain/openai';
import { type Connection, maxTokensAt, openAiOptions } from './connection.ts';
import { callsOf, type Delta, textOf } from './read-delta.ts';

type Raw = Parameters<ChatOpenAICompletions['_convertCompletionsDeltaToBaseMessageChunk']>[1];

/** The client for OpenAI's chat completions, which most other providers' servers speak too. */
export function openOpenAiChat(model: string, connection: Connection): ChatOpenAICompletions {
  return new LenientChatOpenAi({ model, streamUsage: true, ...openAiOptions(connection) });
}

/**
 * Reads streams of servers that speak OpenAI's protocol with an accent: no role in the first delta, `null` or
 * parts for content, arguments as an object, calls without an index.
 */
class LenientChatOpenAi extends ChatOpenAICompletions {
  /** The most that a reply may have is said with each request, under the name that the server knows. */
  override invocationParams(
    options?: this['ParsedCallOptions'] & { maxTokens?: number },
    extra?: { streaming?: boolean },
  ) {
    const params = super.invocationParams(options, extra);
    if (options?.maxTokens === undefined) return params;
    return { ...params, [maxTokensAt(String(this.clientConfig.baseURL))]: options.maxTokens };
  }

  override _convertCompletionsDeltaToBaseMessageChunk(delta: Delta, raw: Raw): AIMessageChunk {
    const plain = { role: 'assistant', content: textOf(delta.content), ...toolCallsOf(delta) };
    return super._convertCompletionsDeltaToBaseMessageChunk(plain, raw, 'assistant') as AIMessageChunk; // by the role
  }
}

function toolCallsOf(delta: Delta): { tool_calls?: Delta[] } {
  const calls = callsOf(delta);
  return calls.length > 0 ? { tool_calls: calls } : {};
}
