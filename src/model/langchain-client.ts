import type { BaseChatModel } from '@langchain/core/language_models/chat_models';
import type { Attempting, ChatClient } from './chat-client.ts';
import { type ChatReply, type ChatRequest, ModelError, type ToolSpec } from './chat-model.ts';
import { toLangChainMessages } from './to-langchain-messages.ts';
import { noTracing, outsideOfGraph } from './without-tracing.ts';

/** A client over one of LangChain's models: for any provider that has one. */
export interface LangChainClient extends ChatClient {
  /** Asks for a reply that does not stream. */
  askWhole(request: ChatRequest, attempting: Attempting): Promise<ChatReply>;
}

export function openLangChainClient(model: BaseChatModel): LangChainClient {
  const askWhole = (request: ChatRequest, attempting: Attempting) =>
    outsideOfGraph(async () => {
      const { bound, messages, options } = toAsk(model, request, attempting);
      const whole = attempting.begin();
      whole.add(await bound.invoke(messages, options));
      const answer = await whole.reply();
      if (answer) return answer;
      throw new ModelError('misbehaved', `${attempting.name} answered with nothing.`);
    });
  return {
    askWhole,
    ask: (request, attempting) =>
      outsideOfGraph(async () => {
        const { bound, messages, options } = toAsk(model, request, attempting);
        const streamed = attempting.begin();
        const stream = await bound.stream(messages, options);
        for await (const chunk of whileAlive(stream, attempting)) streamed.add(chunk);
        const reply = await streamed.reply();
        if (reply) return reply;
        // A server that does not stream answers with a whole reply, in which a reader of streams finds nothing.
        request.attempts?.lost({ usage: () => streamed.usage() });
        await request.attempts?.begin();
        return askWhole(request, attempting);
      }),
  };
}

function toAsk(model: BaseChatModel, request: ChatRequest, { name, takesNames, signal }: Attempting) {
  const { system, tools, maxTokens } = request;
  return {
    bound: bindTools(model, tools),
    messages: toLangChainMessages(system, request.messages, { withNames: takesNames, to: name }),
    options: { signal, callbacks: noTracing, ...(maxTokens !== undefined && { maxTokens }) },
  };
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
  { signal, alive }: Attempting,
): AsyncGenerator<Chunk> {
  for await (const chunk of chunks) {
    signal.throwIfAborted();
    alive();
    yield chunk;
  }
}
