import { CallerError } from '../errors.ts';

/** What the store needs of an embedding model: vectors of one length, which are compared by their angle. */
export interface TextEmbedder {
  /** Names the space: vectors of different models are never compared. */
  readonly model: string;
  /** One vector for each text, in order. Rejects when none can be had. */
  embed(texts: string[], signal?: AbortSignal): Promise<number[][]>;
}

/**
 * The vectors of texts. Rejects with a `CallerError` `unavailable` when the model gives none, and with the
 * signal's reason.
 */
export async function embedTexts(
  embedder: TextEmbedder,
  texts: string[],
  signal?: AbortSignal,
): Promise<number[][]> {
  if (texts.length === 0) return [];
  try {
    return await embedder.embed(texts, signal);
  } catch (cause) {
    signal?.throwIfAborted();
    // Only what a model's error says may be shown; any other error is a fault of ours.
    if (!(cause instanceof Error) || cause.name !== 'ModelError') throw cause;
    throw new CallerError('unavailable', `The text cannot be embedded just now: ${cause.message}`, { cause });
  }
}
