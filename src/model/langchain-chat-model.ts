import type { BaseChatModel } from '@langchain/core/language_models/chat_models';
import { type ChatModel, type ChatReply, type ChatRequest, ModelError, type ToolSpec } from './chat-model.ts';
import { gatherReply } from './gather-reply.ts';
import { toLangChainMessages } from './to-langchain-messages.ts';
import { type RetryPolicy, withRetries } from './with-retries.ts';
import { noTracing, outsideOfGraph } from './without-tracing.ts';

export interface LangChainOptions extends RetryPolicy {
  /** Whether the provider takes the name of who spoke beside each message. */
  takesNames: boolean;
}

/**
 * A `ChatModel` over one of LangChain's. `open` is called once, at the first request.
 *
 * Once a piece of text was heard, a failure is final: another attempt would say the text twice.
 */
export function createLangChainChatModel(
  open: () => Promise<BaseChatModel>,
  options: LangChainOptions,
): ChatModel {
  let opened: Promise<BaseChatModel> | undefined;
  return async (request, onText) => {
    request.signal.throwIfAborted();
    opened ??= open();
    const model = await opened.catch((error: unknown) => {
      opened = undefined;
      throw error;
    });
    let heard = false;
    const hear = (delta: string) => {
      heard = true;
      onText(delta);
    };
    return withRetries(
      (signal, alive) => outsideOfGraph(() => askOnce(model, request, options, signal, alive, hear)),
      options,
      request.signal,
      () => !heard,
    );
  };
}

async function askOnce(
  model: BaseChatModel,
  request: ChatRequest,
  { name, takesNames }: LangChainOptions,
  signal: AbortSignal,
  alive: () => void,
  hear: (delta: string) => void,
): Promise<ChatReply> {
  const messages = toLangChainMessages(request.system, request.messages, { withNames: takesNames, to: name });
  const bound = bindTools(model, request.tools);
  const options = { signal, callbacks: noTracing };
  const chunks = await bound.stream(messages, options);
  const reply = await gatherReply(whileAlive(chunks, signal, alive), request, name, hear);
  if (reply) return reply;
  // A server that does not stream answers with a whole reply, in which a reader of streams finds nothing.
  const whole = await gatherReply([await bound.invoke(messages, options)], request, name, hear);
  if (whole) return whole;
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
