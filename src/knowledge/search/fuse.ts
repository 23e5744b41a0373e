import type { ChunkScore } from './bm25-chunks.ts';

/** A chunk that was found: how well by each, and by both together from 0 to 1. */
export interface Fused {
  chunk_no: number;
  score: number;
  lexical?: number;
  vector?: number;
}

/**
 * Two lists as one, best first: the weighted sum of their scores, each brought to 0 to 1; what a list lacks counts 0 there. BM25's has
 * a zero of its own; the vectors' begins at the last of the list, since models differ in what they call near. Better than reciprocal
 * ranks, which forget by how much the first is better than the second (Bruch, Gai and Ingber, "An Analysis of Fusion Functions for
 * Hybrid Retrieval", 2023); measured with `bench/search.ts`.
 */
export function fuse(
  lexical: readonly ChunkScore[],
  vector: readonly ChunkScore[],
  vectorWeight: number,
): Fused[] {
  const fused = new Map<number, Fused>();
  const weight = vector.length === 0 ? 0 : lexical.length === 0 ? 1 : vectorWeight;
  const add = (list: readonly ChunkScore[], name: 'lexical' | 'vector', listWeight: number, zero: number) => {
    const range = Math.max(...list.map(({ score }) => score)) - zero;
    for (const { chunk_no, score } of list) {
      const found = fused.get(chunk_no) ?? { chunk_no, score: 0 };
      const part = range > 0 ? (score - zero) / range : 1;
      fused.set(chunk_no, { ...found, [name]: score, score: found.score + listWeight * part });
    }
  };
  add(lexical, 'lexical', 1 - weight, 0);
  add(vector, 'vector', weight, Math.min(...vector.map(({ score }) => score)));
  return [...fused.values()].sort((one, other) => other.score - one.score || one.chunk_no - other.chunk_no);
}
