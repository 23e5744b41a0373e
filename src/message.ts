/**
 * The words of a conversation, as plain data.
 *
 * The shape is the flattened one that LangGraph clients read and write, so that what is saved, what is
 * streamed and what is shown are the same JSON. Plain objects only: nothing in a thread is ever revived
 * into a class, so no text that a user or a tool wrote can become a message of another role.
 */

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

/** One use of a tool, as the model asked for it. `id` is unique over the thread. */
export interface Call {
  id: string;
  name: string;
  args: JsonObject;
  type?: 'tool_call';
}

/** A call whose arguments were not JSON; `args` is the text as it came. */
export interface InvalidCall {
  id: string;
  name: string;
  args: string;
  error: string;
  type?: 'invalid_tool_call';
}

export interface TextPart {
  type: 'text';
  text: string;
}

/** Anything else a user may send: an image, a file. Passed to the model as it came. */
export interface OtherPart {
  type: string;
  [key: string]: Json;
}

export type Content = string | (TextPart | OtherPart)[];

/**
 * Tokens, as the provider counted them. The details are parts of the input and of the output, where it told them.
 * `estimated` marks counts that are ours.
 */
export interface Usage {
  input_tokens: number;
  output_tokens: number;
  total_tokens: number;
  input_token_details?: { cache_read?: number; cache_creation?: number; audio?: number };
  output_token_details?: { reasoning?: number; audio?: number };
  estimated?: boolean;
}

export interface HumanMessage {
  type: 'human';
  id: string;
  content: Content;
  name?: string;
}

/** What a model thought, in its provider's own form, often signed: it goes back to that model and to no other. */
export interface Reasoning {
  /** The model, as `provider:model`. */
  of: string;
  blocks: JsonObject[];
}

/** What an agent said; `name` is the agent. */
export interface AiMessage {
  type: 'ai';
  id: string;
  content: string;
  name: string;
  tool_calls: Call[];
  invalid_tool_calls?: InvalidCall[];
  reasoning?: Reasoning;
  usage_metadata?: Usage;
  response_metadata?: JsonObject;
}

/** The one answer to a call; `name` is the tool. `artifact` is data for programs, not shown to the model. */
export interface ToolMessage {
  type: 'tool';
  id: string;
  content: string;
  name: string;
  tool_call_id: string;
  status: 'success' | 'error';
  /** The arguments that were used, where a person changed those of the call. */
  args?: JsonObject;
  artifact?: Json;
}

export interface SystemMessage {
  type: 'system';
  id: string;
  content: string;
}

export type Message = HumanMessage | AiMessage | ToolMessage | SystemMessage;

/** The text of a message's content; parts that are not text are left out. */
export function textOf(content: Content): string {
  if (typeof content === 'string') return content;
  return content.map((part) => (part.type === 'text' ? String(part.text) : '')).join('');
}
