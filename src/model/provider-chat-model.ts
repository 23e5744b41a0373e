import type { Attempting, ChatClient } from './chat-client.ts';
import type { ChatModel, ChatRequest, ServedBy } from './chat-model.ts';
import { type Gathering, openGathering } from './gather-reply.ts';
import { type RetryPolicy, type Way, type Ways, withRetries } from './with-retries.ts';

export interface ProviderOptions extends RetryPolicy, Pick<Attempting, 'takesNames'> {}

/** A way that leads to a model of a provider. */
export interface ModelWay extends Way {
  open(): Promise<ChatClient>;
  servedBy?: ServedBy;
  /** What the request cost. */
  spent?(tokens: number): void;
}

/**
 * A `ChatModel` of a provider, whose attempts go whichever ways there are for a request.
 *
 * Once a piece of text was heard, a failure is final: another attempt would say the text twice.
 */
export function createProviderChatModel(
  findWays: (request: ChatRequest) => Promise<Ways<ModelWay>>,
  options: ProviderOptions,
): ChatModel {
  const { name, takesNames } = options;
  return async (request, onText) => {
    request.signal.throwIfAborted();
    const ways = await findWays(request);
    let heard = false;
    const hear = (delta: string) => {
      heard = true;
      onText(delta);
    };
    let begun: Begun | undefined;
    const tellLost = () => {
      const lost = begun;
      begun = undefined;
      if (!lost || !(lost.gathering.heard || lost.signal.aborted)) return;
      const { servedBy } = lost.way;
      request.attempts?.lost({ usage: () => lost.gathering.usage(), ...(servedBy && { servedBy }) });
    };
    const next = async (signal: AbortSignal) => {
      tellLost();
      await request.attempts?.begin();
      return ways.next(signal);
    };
    const attempt = async (way: ModelWay, signal: AbortSignal, alive: () => void) => {
      const client = await way.open();
      const begin = () => {
        const gathering = openGathering(request, name, hear);
        begun = { gathering, signal, way };
        return gathering;
      };
      const reply = await client.ask(request, { name, takesNames, begin, signal, alive });
      way.spent?.(reply.usage.total_tokens);
      return way.servedBy ? { ...reply, servedBy: way.servedBy } : reply;
    };
    try {
      return await withRetries({ ...ways, next }, attempt, options, request.signal, () => !heard);
    } catch (error) {
      tellLost();
      throw error;
    }
  };
}

/** An attempt, and what has come of it. */
interface Begun {
  gathering: Gathering;
  signal: AbortSignal;
  way: ModelWay;
}
