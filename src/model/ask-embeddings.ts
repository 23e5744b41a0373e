import { OpenAIEmbeddings } from '@langchain/openai';
import { type Connection, openAiOptions } from './connection.ts';

/** What is asked of a server that embeds. */
export interface EmbeddingRequest {
  texts: string[];
  model: string;
  connection: Connection;
  signal: AbortSignal;
  /** Hears what the request cost. */
  onTokens: (tokens: number) => void;
}

/** One request. Resolves with a vector for each text. The client takes no signal, so each request has a client of its own, whose `fetch` carries one. */
export function askEmbeddings({
  texts,
  model,
  connection,
  signal,
  onTokens,
}: EmbeddingRequest): Promise<number[][]> {
  const options = openAiOptions(connection);
  const ask = connection.fetch ?? fetch;
  const client = new CountingEmbeddings({
    ...options,
    model,
    batchSize: texts.length,
    stripNewLines: false,
    encodingFormat: 'float',
    configuration: {
      ...options.configuration,
      fetch: (url, init) => ask(url, { ...init, signal: AbortSignal.any([signal, ...signalOf(init)]) }),
    },
  });
  client.onTokens = onTokens;
  // An empty text is refused by OpenAI, and would fail the whole batch.
  return client.embedDocuments(texts.map((text) => text.trim() || ' '));
}

/** The client keeps to itself what a request cost. */
class CountingEmbeddings extends OpenAIEmbeddings {
  onTokens: (tokens: number) => void = () => undefined;

  protected override async embeddingWithRetry(
    request: Parameters<OpenAIEmbeddings['embeddingWithRetry']>[0],
  ) {
    const answer = await super.embeddingWithRetry(request);
    const tokens = answer.usage?.prompt_tokens ?? answer.usage?.total_tokens;
    if (typeof tokens === 'number' && tokens > 0) this.onTokens(tokens);
    return answer;
  }
}

function signalOf(init: RequestInit | undefined): AbortSignal[] {
  return init?.signal ? [init.signal] : [];
}
