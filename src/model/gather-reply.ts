import type { AIMessage, AIMessageChunk, BaseMessage, UsageMetadata } from '@langchain/core/messages';
import type { Call, InvalidCall, Usage } from '../message.ts';
import type { ChatReply, ChatRequest } from './chat-model.ts';
import { estimateUsage } from './estimate-usage.ts';
import { gatherReasoning } from './gather-reasoning.ts';
import { type CallPiece, joinCalls } from './join-calls.ts';

/** What may be read from a piece of a stream, whichever class it is of. */
type Chunk = BaseMessage &
  Partial<Pick<AIMessageChunk, 'tool_call_chunks'>> &
  Partial<Pick<AIMessage, 'tool_calls' | 'invalid_tool_calls'>> & {
    usage_metadata?: UsageMetadata | undefined;
  };

/**
 * Listens to a stream to its end and puts the reply together. `onText` hears each piece of text when it comes.
 * There is no reply where there was nothing in the stream at all.
 */
export async function gatherReply(
  chunks: AsyncIterable<Chunk> | Chunk[],
  request: ChatRequest,
  name: string,
  onText: (delta: string) => void,
): Promise<ChatReply | undefined> {
  let text = '';
  let usage: Usage | undefined;
  const thoughts = gatherReasoning();
  let metadata: Record<string, unknown> = {};
  const pieces: CallPiece[] = [];
  let heard = 0;
  for await (const chunk of chunks) {
    heard += 1;
    if (chunk.text) onText(chunk.text);
    text += chunk.text;
    pieces.push(...piecesOf(chunk));
    thoughts.add(chunk);
    usage = usageOf(chunk) ?? usage;
    metadata = { ...metadata, ...withoutEmpty(chunk.response_metadata) };
  }
  if (heard === 0) return undefined;
  const { calls, invalidCalls } = joinCalls(pieces);
  const blocks = thoughts.blocks();
  return {
    text,
    calls,
    invalidCalls,
    ...(blocks.length > 0 && { reasoning: { of: name, blocks } }),
    usage: usage ?? estimateUsage(request, text, calls),
    model: modelOf(metadata) ?? name,
    stop: stopOf(metadata, calls, invalidCalls),
  };
}

/** Models that do not stream give whole calls; the others give them in pieces. */
function piecesOf({ tool_call_chunks, tool_calls, invalid_tool_calls }: Chunk): CallPiece[] {
  if (tool_call_chunks) return tool_call_chunks;
  const whole = (tool_calls ?? []).map(({ id, name, args }) => ({ id, name, args: JSON.stringify(args) }));
  const invalid = (invalid_tool_calls ?? []).map(({ id, name, args }) => ({ id, name, args }));
  return [...whole, ...invalid];
}

function usageOf({ usage_metadata }: Chunk): Usage | undefined {
  if (!usage_metadata) return undefined;
  const { input_tokens, output_tokens } = usage_metadata;
  const total_tokens = usage_metadata.total_tokens || input_tokens + output_tokens;
  return total_tokens > 0 ? { input_tokens, output_tokens, total_tokens } : undefined;
}

function withoutEmpty(metadata: Record<string, unknown> | undefined): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(metadata ?? {}).filter(([, value]) => value != null && value !== ''),
  );
}

function modelOf({ model_name, model }: Record<string, unknown>): string | undefined {
  return [model_name, model].find((name) => typeof name === 'string');
}

/** Providers name the same ends differently, and some name none. */
function stopOf(
  { finish_reason, stop_reason, finishReason }: Record<string, unknown>,
  calls: Call[],
  invalidCalls: InvalidCall[],
): ChatReply['stop'] {
  const reason = String(finish_reason ?? stop_reason ?? finishReason ?? '').toLowerCase();
  if (/length|max_tokens/.test(reason)) return 'length';
  if (/filter|safety|refusal|blocklist/.test(reason)) return 'filter';
  return calls.length + invalidCalls.length > 0 ? 'calls' : 'end';
}
