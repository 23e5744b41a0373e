import type { BaseChatModel } from '@langchain/core/language_models/chat_models';
import {
  type ChatModel,
  type ChatReply,
  type ChatRequest,
  ModelError,
  type ServedBy,
  type ToolSpec,
} from './chat-model.ts';
import { type Gathering, openGathering } from './gather-reply.ts';
import { toLangChainMessages } from './to-langchain-messages.ts';
import { type RetryPolicy, type Way, type Ways, withRetries } from './with-retries.ts';
import { noTracing, outsideOfGraph } from './without-tracing.ts';

export interface LangChainOptions extends RetryPolicy {
  /** Whether the provider takes the name of who spoke beside each message. */
  takesNames: boolean;
}

/** A way that leads to one of LangChain's models. */
export interface ModelWay extends Way {
  open(): Promise<BaseChatModel>;
  servedBy?: ServedBy;
  /** What the request cost. */
  spent?(tokens: number): void;
}

/**
 * A `ChatModel` over LangChain's, whose attempts go whichever ways there are for a request.
 *
 * Once a piece of text was heard, a failure is final: another attempt would say the text twice.
 */
export function createLangChainChatModel(
  findWays: (request: ChatRequest) => Promise<Ways<ModelWay>>,
  options: LangChainOptions,
): ChatModel {
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
    try {
      return await withRetries(
        { ...ways, next },
        (way, signal, alive) =>
          outsideOfGraph(async () => {
            const model = await way.open();
            const begin = () => {
              const gathering = openGathering(request, options.name, hear);
              begun = { gathering, signal, way };
              return gathering;
            };
            const reply = await askOnce(model, request, options, { begin, signal, alive });
            way.spent?.(reply.usage.total_tokens);
            return way.servedBy ? { ...reply, servedBy: way.servedBy } : reply;
          }),
        options,
        request.signal,
        () => !heard,
      );
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

interface Attempting {
  /** Begins to listen to a reply. */
  begin: () => Gathering;
  signal: AbortSignal;
  alive: () => void;
}

async function askOnce(
  model: BaseChatModel,
  request: ChatRequest,
  { name, takesNames }: LangChainOptions,
  { begin, signal, alive }: Attempting,
): Promise<ChatReply> {
  const messages = toLangChainMessages(request.system, request.messages, { withNames: takesNames, to: name });
  const bound = bindTools(model, request.tools);
  const { maxTokens } = request;
  const options = { signal, callbacks: noTracing, ...(maxTokens !== undefined && { maxTokens }) };
  const streamed = begin();
  for await (const chunk of whileAlive(await bound.stream(messages, options), signal, alive))
    streamed.add(chunk);
  const reply = await streamed.reply();
  if (reply) return reply;
  // A server that does not stream answers with a whole reply, in which a reader of streams finds nothing.
  request.attempts?.lost({ usage: () => streamed.usage() });
  await request.attempts?.begin();
  const whole = begin();
  whole.add(await bound.invoke(messages, options));
  const answer = await whole.reply();
  if (answer) return answer;
  throw new ModelError('misbehaved', `${name} answered with nothing.`);
}

function bindTools(model: BaseChatModel, tools: ToolSpec[]): Pick<BaseChatModel, 'stream' | 'invoke'> {
  if (tools.length === 0) return model;
  if (!model.bindTools) throw new TypeError(`${model.getName()} cannot call tools`);
  const functions = tools.map(({ name, description, parameters }) => ({ name, description, parameters }));
  return model.bindTools(functions.map((declared) => ({ type: 'function', function: declared })));
}

/** Tells of each chunk, and says nothing more once the attempt is over: some clients go on for a while. */
async function* whileAlive<Chunk>(
  chunks: AsyncIterable<Chunk>,
  signal: AbortSignal,
  alive: () => void,
): AsyncGenerator<Chunk> {
  for await (const chunk of chunks) {
    signal.throwIfAborted();
    alive();
    yield chunk;
  }
}
