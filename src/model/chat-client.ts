import type { ChatReply, ChatRequest } from './chat-model.ts';
import type { Gathering } from './gather-reply.ts';

/** An attempt at one request. */
export interface Attempting {
  /** The model, as people know it. */
  name: string;
  /** Whether the provider takes the name of who spoke beside each message. */
  takesNames: boolean;
  /** Begins to listen to a reply. To be called once for each request that is sent. */
  begin(): Gathering;
  signal: AbortSignal;
  /** To be called with each sign of life. */
  alive(): void;
}

/** One model of a provider, asked with one key. */
export interface ChatClient {
  /**
   * Asks once. Where the provider is asked a second time for the same reply, its first answer is told as lost and another attempt begun.
   * Rejects as the network, or as the provider's refusal: see `toModelError`.
   */
  ask(request: ChatRequest, attempting: Attempting): Promise<ChatReply>;
}
