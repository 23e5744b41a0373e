import { ModelError } from '../../model/chat-model.ts';
import type { Embedder } from '../../model/embedder.ts';
import { isKeyRefusal } from '../../model/to-model-error.ts';

export type ChunkEmbedder = Pick<Embedder, 'model' | 'dimensions' | 'embed'>;

/**
 * The vectors of texts. Texts that are refused together are asked for in halves, and one that is refused alone by its beginning: providers
 * differ in how much they take, and say so in many ways. Rejects as the embedder does.
 */
export async function embedHalving(
  embedder: ChunkEmbedder,
  texts: string[],
  signal: AbortSignal,
): Promise<number[][]> {
  try {
    return await embedder.embed(texts, signal);
  } catch (error) {
    const halves = isTooMuch(error) ? halvesOf(texts) : undefined;
    if (!halves) throw error;
    const vectors: number[][] = [];
    for (const half of halves) vectors.push(...(await embedHalving(embedder, half, signal)));
    return vectors;
  }
}

function isTooMuch(error: unknown): boolean {
  return error instanceof ModelError && error.reason === 'rejected' && !isKeyRefusal(error);
}

/** A text this short is refused for another reason. */
const shortest = 200;

function halvesOf(texts: string[]): string[][] | undefined {
  const [only = ''] = texts;
  const middle = Math.ceil(texts.length / 2);
  if (texts.length > 1) return [texts.slice(0, middle), texts.slice(middle)];
  return only.length > shortest ? [[only.slice(0, only.length / 2).toWellFormed()]] : undefined;
}
