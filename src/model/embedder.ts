import type { ServedBy } from './chat-model.ts';

/** What a provider counted, for a part of the texts or for all. */
export interface EmbeddingUsage {
  tokens: number;
  servedBy?: ServedBy;
}

/** Turns texts into vectors. Vectors are unit length, so that inner product is cosine similarity. */
export interface Embedder {
  /** Names the model and, with it, the space: vectors of different models are never compared. */
  readonly model: string;
  readonly dimensions: number;
  /** One vector of `dimensions` numbers for each text, in order. Rejects with a `ModelError`. `onUsage` hears what providers count. */
  embed(
    texts: string[],
    signal?: AbortSignal,
    onUsage?: (usage: EmbeddingUsage) => void,
  ): Promise<number[][]>;
}
