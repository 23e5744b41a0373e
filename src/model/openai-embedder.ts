import { OpenAIEmbeddings } from '@langchain/openai';
import type { Config } from '../config.ts';
import { ModelError } from './chat-model.ts';
import type { Embedder } from './embedder.ts';
import { openAiOptions } from './open-ai-chat.ts';
import { type RetryPolicy, withRetries } from './with-retries.ts';

const knownDimensions: Record<string, number> = {
  'text-embedding-3-small': 1536,
  'text-embedding-3-large': 3072,
  'text-embedding-ada-002': 1536,
};

/** Well inside OpenAI's limits for one request: 2,048 texts and 300,000 tokens. */
const batch = { texts: 256, characters: 400_000 };

/**
 * Embeddings of OpenAI, or of any server that speaks its protocol.
 *
 * `dimensions` is 0 until the first answer where the model is not one of OpenAI's. An answer with vectors of
 * another number, or of different lengths, is a `ModelError` that says `misbehaved`.
 */
export function createOpenAiEmbedder(
  model: string,
  openai: Config['models']['openai'],
  policy: RetryPolicy,
): Embedder {
  let dimensions = knownDimensions[model] ?? 0;
  return {
    model,
    get dimensions() {
      return dimensions;
    },
    async embed(texts, signal = new AbortController().signal) {
      const vectors: number[][] = [];
      for (const some of inBatches(texts)) {
        const ask = (alive: AbortSignal) => askOnce(some, model, openai, alive);
        vectors.push(...(await withRetries(ask, policy, signal)));
      }
      dimensions = checkVectors(vectors, texts.length, dimensions, policy.name);
      return vectors.map(toUnitLength);
    },
  };
}

/** The client takes no signal, so each request has a client of its own, whose `fetch` carries one. */
function askOnce(
  texts: string[],
  model: string,
  openai: Config['models']['openai'],
  signal: AbortSignal,
): Promise<number[][]> {
  const options = openAiOptions(openai);
  const client = new OpenAIEmbeddings({
    ...options,
    model,
    batchSize: batch.texts,
    stripNewLines: false,
    encodingFormat: 'float',
    configuration: {
      ...options.configuration,
      fetch: (url, init) => fetch(url, { ...init, signal: AbortSignal.any([signal, ...signalOf(init)]) }),
    },
  });
  // An empty text is refused by OpenAI, and would fail the whole batch.
  return client.embedDocuments(texts.map((text) => text.trim() || ' '));
}

function signalOf(init: RequestInit | undefined): AbortSignal[] {
  return init?.signal ? [init.signal] : [];
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
