/**
 * BM25 as the textbook has it (Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009), in memory: words as they
 * are written, in lower case, with the idf that is never negative. What search is measured against.
 */
export function bm25Of(texts: readonly string[], { k1 = 1.2, b = 0.75 } = {}) {
  const lengths: number[] = [];
  const postings = new Map<string, [text: number, count: number][]>();
  for (const [at, text] of texts.entries()) {
    const counts = new Map<string, number>();
    const words = wordsOf(text);
    for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
    for (const [word, count] of counts) {
      const list = postings.get(word);
      if (list) list.push([at, count]);
      else postings.set(word, [[at, count]]);
    }
    lengths.push(words.length);
  }
  const mean = lengths.reduce((sum, length) => sum + length, 0) / texts.length;

  /** The best first, of those that have any of the words. */
  return function search(query: string, limit: number): number[] {
    const scores = new Map<number, number>();
    for (const word of wordsOf(query)) {
      const list = postings.get(word) ?? [];
      const idf = Math.log(1 + (texts.length - list.length + 0.5) / (list.length + 0.5));
      for (const [at, count] of list) {
        const norm = k1 * (1 - b + (b * (lengths[at] ?? 0)) / mean);
        scores.set(at, (scores.get(at) ?? 0) + (idf * count * (k1 + 1)) / (count + norm));
      }
    }
    const ranked = [...scores].sort((one, other) => other[1] - one[1] || one[0] - other[0]);
    return ranked.slice(0, limit).map(([at]) => at);
  };
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/\w+/g) ?? [];
}
