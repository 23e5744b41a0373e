import { type Call, type Message, textOf, type Usage } from '../message.ts';
import type { ChatRequest } from './chat-model.ts';

/** English text has about four characters a token with the tokenizers of today. */
const charactersPerToken = 4;
/** What each message costs beside its text. */
const tokensPerMessage = 4;

/** Counts of our own, for where a provider tells none. Marked as estimated. */
export function estimateUsage(
  { system, messages, tools }: Pick<ChatRequest, 'system' | 'messages' | 'tools'>,
  text: string,
  calls: Call[],
): Usage {
  const told = messages.reduce((sum, message) => sum + tokensPerMessage + tokensOf(writtenOf(message)), 0);
  const input_tokens = tokensOf(system) + told + (tools.length > 0 ? tokensOf(JSON.stringify(tools)) : 0);
  const output_tokens =
    tokensOf(text) + calls.reduce((sum, call) => sum + tokensOf(JSON.stringify(call.args)), 0);
  return { input_tokens, output_tokens, total_tokens: input_tokens + output_tokens, estimated: true };
}

function writtenOf(message: Message): string {
  const calls =
    message.type === 'ai' && message.tool_calls.length > 0 ? JSON.stringify(message.tool_calls) : '';
  return textOf(message.content) + calls;
}

function tokensOf(text: string): number {
  return Math.ceil(text.length / charactersPerToken);
}
