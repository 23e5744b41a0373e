import type { AIMessageChunk } from '@langchain/core/messages';
import { ChatOpenAICompletions } from '@langchain/openai';

type Delta = Record<string, unknown>;
type Raw = Parameters<ChatOpenAICompletions['_convertCompletionsDeltaToBaseMessageChunk']>[1];

/** Where OpenAI is. Given explicitly, so that no variable of the client's own can lead the requests elsewhere. */
export const openAiUrl = 'https://api.openai.com/v1';

/** Where OpenAI's protocol is spoken, and with which key. */
export interface Connection {
  apiKey?: string;
  baseUrl?: string;
  /** Instead of the platform's. */
  fetch?: typeof fetch;
}

/** What the OpenAI client needs everywhere. Servers without keys take any; the client insists on one. */
export function openAiOptions({ apiKey, baseUrl, fetch }: Connection) {
  const configuration = { baseURL: baseUrl ?? openAiUrl, logLevel: 'off' as const, ...(fetch && { fetch }) };
  return { apiKey: apiKey ?? 'none', maxRetries: 0, configuration };
}

/** The client for OpenAI's chat completions, which most other providers' servers speak too. */
export function openOpenAiChat(model: string, connection: Connection): ChatOpenAICompletions {
  return new LenientChatOpenAi({ model, streamUsage: true, ...openAiOptions(connection) });
}

/** Servers that take `max_completion_tokens`; others know the name that OpenAI has given up. */
const newName = new Set(['api.openai.com', 'api.x.ai']);

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
    const { hostname } = new URL(String(this.clientConfig.baseURL));
    const name = newName.has(hostname) ? 'max_completion_tokens' : 'max_tokens';
    return { ...params, [name]: options.maxTokens };
  }

  override _convertCompletionsDeltaToBaseMessageChunk(delta: Delta, raw: Raw): AIMessageChunk {
    const plain = { role: 'assistant', content: textOf(delta.content), ...callsOf(delta.tool_calls) };
    return super._convertCompletionsDeltaToBaseMessageChunk(plain, raw, 'assistant') as AIMessageChunk; // by the role
  }
}

function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content.map((part) => (typeof part?.text === 'string' ? part.text : '')).join('');
}

function callsOf(calls: unknown): { tool_calls?: Delta[] } {
  if (!Array.isArray(calls) || calls.length === 0) return {};
  return { tool_calls: calls.map(toPlainCall) };
}

function toPlainCall(call: Delta, position: number): Delta {
  const { name, arguments: args } = (call.function ?? {}) as Delta; // the protocol's name for it
  const text = typeof args === 'string' || args == null ? (args ?? '') : JSON.stringify(args);
  return { ...call, index: call.index ?? position, function: { ...(name ? { name } : {}), arguments: text } };
}
