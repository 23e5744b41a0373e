import type { EvidencePassage } from '../../src/model/evidence/read-passages.ts';
import { readWords } from '../../src/model/evidence/read-words.ts';

/** The best passages for a query, with their scores. */
export type Ranking<Passage> = (query: string) => { passage: Passage; score: number }[];

const [k1, b] = [1.2, 0.75];

/** BM25 after Robertson and Zaragoza (2009) over passages in memory. */
export function rankPassages<Passage extends EvidencePassage>(
  passages: Passage[],
  limit: number,
): Ranking<Passage> {
  const postings = new Map<string, { at: number; count: number }[]>();
  const lengths = passages.map(({ title = '', text }, at) => {
    const keys = keysOf(`${title}. ${text}`);
    for (const [key, count] of countEach(keys))
      postings.set(key, [...(postings.get(key) ?? []), { at, count }]);
    return keys.length;
  });
  const mean = lengths.reduce((sum, length) => sum + length, 0) / lengths.length;
  return (query) => {
    const scores = new Map<number, number>();
    for (const key of new Set(keysOf(query))) {
      const found = postings.get(key) ?? [];
      const idf = Math.log(1 + (passages.length - found.length + 0.5) / (found.length + 0.5));
      for (const { at, count } of found) {
        const norm = count + k1 * (1 - b + (b * (lengths[at] ?? 0)) / mean);
        scores.set(at, (scores.get(at) ?? 0) + (idf * count * (k1 + 1)) / norm);
      }
    }
    const best = [...scores].sort(([, one], [, other]) => other - one).slice(0, limit);
    return best.flatMap(([at, score]) => {
      const passage = passages[at];
      return passage ? [{ passage, score }] : [];
    });
  };
}

function keysOf(text: string): string[] {
  return readWords(text).flatMap(({ little, key }) => (little ? [] : [key]));
}

function countEach(keys: string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}
