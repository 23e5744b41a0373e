import type { AIMessage, BaseMessage } from '@langchain/core/messages';
import type { Call, InvalidCall, Usage } from '../message.ts';
import type { ChatReply, ChatRequest } from './chat-model.ts';
import { estimateUsage } from './estimate-usage.ts';
import { gatherReasoning } from './gather-reasoning.ts';
import { gatherUsage, type Told } from './gather-usage.ts';
import { type CallPiece, joinCalls } from './join-calls.ts';

/** A piece of a reply: one of LangChain's messages, of whichever class, or what says the same. */
export type ReplyPiece = Pick<BaseMessage, 'text'> &
  Partial<Pick<BaseMessage, 'content' | 'response_metadata'>> &
  Partial<Pick<AIMessage, 'tool_calls' | 'invalid_tool_calls'>> & {
    tool_call_chunks?: CallPiece[] | undefined;
    usage_metadata?: Told | undefined;
  };

/** What came of a reply so far. */
export interface Gathering {
  add(piece: ReplyPiece): void;
  /** Adds a piece that is nothing but text. */
  say(text: string): void;
  /** Whether anything came. */
  readonly heard: boolean;
  /** The whole reply, once all was added. There is none where nothing came. */
  reply(): Promise<ChatReply | undefined>;
  /** What it is likely to cost where it breaks off here. */
  usage(): Promise<Usage>;
}

/** Puts a reply together from the pieces of its stream. `onText` hears each piece of text when it comes. */
export function openGathering(
  request: ChatRequest,
  name: string,
  onText: (delta: string) => void,
): Gathering {
  let text = '';
  const usage = gatherUsage();
  const thoughts = gatherReasoning();
  let metadata: Record<string, unknown> = {};
  const pieces: CallPiece[] = [];
  let heard = false;

  async function reply(): Promise<ChatReply | undefined> {
    if (!heard) return undefined;
    const { calls, invalidCalls } = joinCalls(pieces);
    const blocks = thoughts.blocks();
    return {
      text,
      calls,
      invalidCalls,
      ...(blocks.length > 0 && { reasoning: { of: name, blocks } }),
      usage: usage.sum() ?? (await estimate()),
      model: modelOf(metadata) ?? name,
      stop: stopOf(metadata, calls, invalidCalls),
    };
  }

  function estimate(): Promise<Usage> {
    const said = pieces.map(({ args }) => args ?? '').join('');
    const thought = thoughts.blocks().map((block) => JSON.stringify(block));
    return estimateUsage(name, request, [text, said, ...thought].filter(Boolean));
  }

  function say(said: string): void {
    heard = true;
    if (said) onText(said);
    text += said;
  }

  return {
    say,
    add(piece) {
      say(piece.text);
      pieces.push(...piecesOf(piece));
      if (Array.isArray(piece.content)) thoughts.add(piece as BaseMessage); // nothing else has content
      usage.add(piece.usage_metadata);
      if (piece.response_metadata) metadata = { ...metadata, ...withoutEmpty(piece.response_metadata) };
    },
    get heard() {
      return heard;
    },
    reply,
    async usage() {
      return { ...(usage.sum() ?? (await estimate())), estimated: true };
    },
  };
}

/** Models that do not stream give whole calls; the others give them in pieces. */
function piecesOf({ tool_call_chunks, tool_calls, invalid_tool_calls }: ReplyPiece): CallPiece[] {
  if (tool_call_chunks) return tool_call_chunks;
  const whole = (tool_calls ?? []).map(({ id, name, args }) => ({ id, name, args: JSON.stringify(args) }));
  const invalid = (invalid_tool_calls ?? []).map(({ id, name, args }) => ({ id, name, args }));
  return [...whole, ...invalid];
}

function withoutEmpty(metadata: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(metadata).filter(([, value]) => value != null && value !== ''));
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
