import type { Call, InvalidCall, JsonObject, Message, Reasoning, Usage } from '../message.ts';

/** A tool as a model sees it. `parameters` is a JSON Schema of type object. */
export interface ToolSpec {
  name: string;
  description: string;
  parameters: JsonObject;
  /** Set on transfer tools: the agent that takes over, and questions that it is good for. */
  transfer?: { to: string; asks: string[] };
}

/**
 * One worked case of an agent's front matter. `{slot}` in `ask` stands for any words, and is filled into
 * `calls`, `handoff` and `answer`. Shown to real models as an example; the offline model plans from it.
 */
export interface Example {
  ask: string;
  /** In order; each entry has one key, the tool. */
  calls?: Record<string, JsonObject>[];
  /** Hand over after the calls: the agent and the brief. */
  handoff?: Record<string, JsonObject>;
  /** The sentence to say; `{column}` comes from the first row of the last result. */
  answer?: string;
}

export interface ChatRequest {
  /** The role that config maps to a provider's model: `fast`, `careful`. */
  role: string;
  agent: { name: string; examples: Example[] };
  system: string;
  /** What the agent sees: valid for any provider, every call answered. */
  messages: Message[];
  tools: ToolSpec[];
  signal: AbortSignal;
}

/** What came back. `calls` may have ids that repeat earlier ones or each other: the machine renames them. */
export interface ChatReply {
  text: string;
  calls: Call[];
  invalidCalls: InvalidCall[];
  reasoning?: Reasoning;
  usage: Usage;
  /** The provider's name of the model that answered. */
  model: string;
  stop: 'end' | 'calls' | 'length' | 'filter';
}

/**
 * Asks a model once. `onText` hears the text as it comes, in order, and all of it is in the reply too.
 *
 * Rejects with a `ModelError` when no reply could be had after the retries, and with the signal's reason
 * when the turn was cancelled. Never changes the request.
 */
export type ChatModel = (request: ChatRequest, onText: (delta: string) => void) => Promise<ChatReply>;

/** Why no reply could be had. The message may be shown to the caller; `cause` is for the log. */
export class ModelError extends Error {
  override name = 'ModelError';
  readonly reason: 'rate-limited' | 'unavailable' | 'timeout' | 'rejected' | 'misbehaved';

  constructor(reason: ModelError['reason'], message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.reason = reason;
  }
}
