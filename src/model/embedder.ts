/** Turns texts into vectors. Vectors are unit length, so that inner product is cosine similarity. */
export interface Embedder {
  /** Names the model and, with it, the space: vectors of different models are never compared. */
  readonly model: string;
  readonly dimensions: number;
  /** One vector of `dimensions` numbers for each text, in order. Rejects with a `ModelError`. */
  embed(texts: string[], signal?: AbortSignal): Promise<number[][]>;
}
