import { ModelError, type ServedBy } from './chat-model.ts';
import type { Connection } from './connection.ts';
import type { Embedder } from './embedder.ts';
import { type RetryPolicy, type Way, type Ways, withRetries } from './with-retries.ts';

const knownDimensions: Record<string, number> = {
  'text-embedding-3-small': 1536,
  'text-embedding-3-large': 3072,
  'text-embedding-ada-002': 1536,
};

/** Well inside OpenAI's limits for one request: 2,048 texts and 300,000 tokens. */
const batch = { texts: 256, characters: 400_000 };

/** A way that leads to a server which embeds. */
export interface EmbeddingWay extends Way {
  connect(): Connection;
  servedBy?: ServedBy;
  /** What the request cost. */
  spent?(tokens: number): void;
}

/**
 * Embeddings of OpenAI, or of any server that speaks its protocol.
 *
 * `dimensions` is 0 until the first answer where the model is not one of OpenAI's. An answer with vectors of
 * another number, or of different lengths, is a `ModelError` that says `misbehaved`.
 */
export function createOpenAiEmbedder(
  model: string,
  findWays: (texts: string[]) => Promise<Ways<EmbeddingWay>>,
  policy: RetryPolicy,
): Embedder {
  let dimensions = knownDimensions[model] ?? 0;
  return {
    model,
    get dimensions() {
      return dimensions;
    },
    async embed(texts, signal = new AbortController().signal, onUsage = () => undefined) {
      const vectors: number[][] = [];
      for (const some of inBatches(texts)) {
        const ways = await findWays(some);
        const { askEmbeddings } = await import('./ask-embeddings.ts'); // three hundred modules
        const ask = ({ connect, servedBy, spent }: EmbeddingWay, alive: AbortSignal) =>
          askEmbeddings({
            texts: some,
            model,
            connection: connect(),
            signal: alive,
            onTokens(tokens) {
              spent?.(tokens);
              onUsage({ tokens, ...(servedBy && { servedBy }) });
            },
          });
        vectors.push(...(await withRetries(ways, ask, policy, signal)));
      }
      dimensions = checkVectors(vectors, texts.length, dimensions, policy.name);
      return vectors.map(toUnitLength);
    },
  };
}

function inBatches(texts: string[]): string[][] {
  const batches: string[][] = [];
  let characters = 0;
  for (const text of texts) {
    const last = batches.at(-1);
    characters += text.length;
    if (last && last.length < batch.texts && characters <= batch.characters) last.push(text);
    else {
      batches.push([text]);
      characters = text.length;
    }
  }
  return batches;
}

/** The length that all vectors have. */
function checkVectors(vectors: number[][], count: number, dimensions: number, name: string): number {
  const length = dimensions || (vectors[0]?.length ?? 0);
  if (vectors.length !== count || vectors.some((vector) => vector.length !== length)) {
    throw new ModelError('misbehaved', `${name} answered with vectors of the wrong number or length.`);
  }
  return length;
}

function toUnitLength(vector: number[]): number[] {
  const length = Math.hypot(...vector);
  return length > 0 ? vector.map((value) => value / length) : vector;
}
