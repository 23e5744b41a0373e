import type { Post } from '../../outbound/open-post.ts';
import type { Attempting, ChatClient } from '../chat-client.ts';
import type { ChatReply, ChatRequest } from '../chat-model.ts';
import { type Connection, maxTokensAt, noKey, openAiUrl } from '../connection.ts';
import type { Gathering } from '../gather-reply.ts';
import type { LangChainClient } from '../langchain-client.ts';
import { readAnswer } from './read-answer.ts';
import { isPlain, toWireBody, type WireModel } from './to-wire-body.ts';
import { UnlikeAnswerError } from './unlike-answer-error.ts';

export interface LeanParts {
  post: Post;
  /** The client for all that this one does not know. */
  openGeneral(): Promise<LangChainClient>;
}

/**
 * A client for OpenAI's chat completions as most servers speak them, which costs a fraction of the general one. It streams, and knows
 * texts, calls, usage, ends and errors. What else is asked for, or answered, is the general client's: a request with parts in another
 * form, a reply that does not stream, and all requests once the server has redirected one, or has packed what it said.
 */
export function openLeanClient(
  model: string,
  connection: Connection,
  { post, openGeneral }: LeanParts,
): ChatClient {
  const server = toServer(model, connection);
  let isAlike = true;

  return {
    async ask(request, attempting) {
      if (!isAlike || !isPlain(request, attempting.name)) return askGeneral(request, attempting);
      const gathering = attempting.begin();
      try {
        await stream(toWireBody(server, request, attempting), gathering, attempting);
      } catch (error) {
        if (!(error instanceof UnlikeAnswerError)) throw error;
        isAlike = false;
        if (error.costs) await beginAnew(request, gathering);
        return askGeneral(request, attempting);
      }
      const reply = await gathering.reply();
      if (reply) return reply;
      // A server that does not stream answers with a whole reply, in which a reader of streams finds nothing.
      await beginAnew(request, gathering);
      return (await openGeneral()).askWhole(request, attempting);
    },
  };

  async function stream(body: string, gathering: Gathering, attempting: Attempting): Promise<void> {
    const answer = readAnswer(gathering, attempting);
    try {
      await post(server.address, { headers: server.headers, body, signal: attempting.signal, ...answer });
    } catch (error) {
      throw answer.isBegun() ? error : asTimeout(error);
    }
    answer.end();
  }

  async function askGeneral(request: ChatRequest, attempting: Attempting): Promise<ChatReply> {
    return (await openGeneral()).ask(request, attempting);
  }
}

async function beginAnew({ attempts }: ChatRequest, lost: Gathering): Promise<void> {
  attempts?.lost({ usage: () => lost.usage() });
  await attempts?.begin();
}

interface Server extends WireModel {
  address: string;
  headers: Record<string, string>;
}

function toServer(model: string, { baseUrl = openAiUrl, apiKey = noKey }: Connection): Server {
  return {
    model,
    maxTokensName: maxTokensAt(baseUrl),
    address: `${baseUrl.replace(/\/$/, '')}/chat/completions`,
    headers: {
      accept: 'application/json',
      'accept-encoding': 'identity',
      authorization: `Bearer ${apiKey}`,
      'content-type': 'application/json',
      'user-agent': 'Baton/1',
    },
  };
}

/** Networks have many names for it. */
function asTimeout(error: unknown): unknown {
  if (!(error instanceof Error) || !/timed? ?out/i.test(`${error.cause}`)) return error;
  return Object.assign(new Error('The connection took too long.', { cause: error }), {
    name: 'TimeoutError',
  });
}
