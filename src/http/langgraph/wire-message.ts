import type { StateUpdate } from '../../handoff/state.ts';
import type { JsonObject, Message } from '../../message.ts';

/** A message as LangGraph's clients expect it: two fields more, which they read without looking. */
export type WireMessage = Message & { additional_kwargs: JsonObject; response_metadata: JsonObject };

export function wireMessage(message: Message): WireMessage {
  return { additional_kwargs: {}, response_metadata: {}, ...message };
}

/** What clients see of a state, or of what a step adds to it: the messages and who speaks. The rest is the machine's. */
export function wireValues({ messages, agent }: StateUpdate): { messages?: WireMessage[]; agent?: string } {
  return {
    ...(messages && { messages: messages.map(wireMessage) }),
    ...(agent !== undefined && { agent }),
  };
}
