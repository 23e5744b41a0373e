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
  /** The most tokens that the reply may have, thoughts included; absent: as many as the provider allows. */
  maxTokens?: number;
  /** Who counts what is asked of providers. A model that asks nobody need not tell. */
  attempts?: Attempts;
}

/** Hears of what is asked of providers for one request: how often is the model's business, and each time may cost. */
export interface Attempts {
  /** Before each attempt. What it rejects with ends the call. */
  begin(): Promise<void>;
  /** An attempt broke off after a provider had begun to work on it. Attempts that were refused are not told of. */
  lost(attempt: LostAttempt): void;
}

/** Who answered: a provider, one of its models, and the key in the pool, by its id. */
export interface ServedBy {
  provider: string;
  model: string;
  key?: string;
}

export interface LostAttempt {
  /** What it is likely to have cost; counting takes a while. */
  usage(): Promise<Usage>;
  servedBy?: ServedBy;
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
  /** Whom config calls it; absent where one model alone plays the role. */
  servedBy?: ServedBy;
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
  /** When it is worth asking again, in milliseconds from then; undefined where that is not known. */
  readonly retryAfterMs: number | undefined;

  constructor(
    reason: ModelError['reason'],
    message: string,
    options: { cause?: unknown; retryAfterMs?: number } = {},
  ) {
    super(message, 'cause' in options ? { cause: options.cause } : {});
    this.reason = reason;
    this.retryAfterMs = options.retryAfterMs;
  }
}
