import { type ChatModel, ModelError, type ServedBy } from './chat-model.ts';
import { isKeyRefusal } from './to-model-error.ts';

/** A model of a chain, and what people call it. */
export interface Link {
  name: string;
  servedBy: ServedBy;
  chat: ChatModel;
}

/**
 * Asks one model after the other until one replies. The next is asked when a model cannot be had: it is asked too often, away, too slow,
 * or takes no key. A request that a model rejects is rejected, and once a piece of an answer was heard nobody else is asked.
 */
export function withFallbacks(
  chain: readonly Link[],
  onFallback: (from: string, to: string, error: ModelError) => void,
): ChatModel {
  return async (request, onText) => {
    for (const [at, { name, servedBy, chat }] of chain.entries()) {
      let heard = false;
      try {
        const reply = await chat(request, (delta) => {
          heard = true;
          onText(delta);
        });
        return chain.length > 1 ? { servedBy, ...reply } : reply;
      } catch (error) {
        const next = chain[at + 1];
        if (!next || heard || request.signal.aborted || !isAway(error)) throw error;
        onFallback(name, next.name, error);
      }
    }
    throw new TypeError('a chain of models has at least one');
  };
}

function isAway(error: unknown): error is ModelError {
  if (!(error instanceof ModelError)) return false;
  const { reason } = error;
  return reason === 'rate-limited' || reason === 'unavailable' || reason === 'timeout' || isKeyRefusal(error);
}
