import type { Passage } from './search-knowledge.ts';

/** A cut passage shorter than this says too little to be shown. */
const leastCut = 400;

/**
 * The passages that fit into a budget of characters, in their order: whole ones first, as many as fit from the best on; what is left over
 * goes to the best of the others, cut behind a sentence or a word. The first is always among them.
 */
export function fitPassages(passages: Passage[], budget: number): Passage[] {
  let left = budget;
  const kept = new Map<Passage, Passage>();
  for (const passage of passages) {
    if (passage.text.length > left) continue;
    kept.set(passage, passage);
    left -= passage.text.length;
  }
  const best = passages.find((passage) => !kept.has(passage));
  if (best && (left >= leastCut || kept.size === 0)) kept.set(best, { ...best, text: cut(best.text, left) });
  return passages.flatMap((passage) => kept.get(passage) ?? []);
}

function cut(text: string, most: number): string {
  const beginning = text.slice(0, Math.max(0, most - 2));
  const sentence = Math.max(...['. ', '! ', '? ', '。', '\n'].map((end) => beginning.lastIndexOf(end) + 1));
  const word = beginning.lastIndexOf(' ');
  const end = sentence > beginning.length / 2 ? sentence : word > 0 ? word : beginning.length;
  return `${beginning.slice(0, end).trimEnd().toWellFormed()} …`;
}
