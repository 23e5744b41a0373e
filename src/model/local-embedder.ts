import { setImmediate as nextTick } from 'node:timers/promises';
import type { Embedder } from './embedder.ts';
import { isFunctionWord } from './function-words.ts';
import { isUnspaced, splitWords } from './split-words.ts';
import { stemWord } from './stem-word.ts';

/** Measured with `bench/local-embedder.ts`. A change of any of these is a new space, and needs a new name. */
const model = 'local-hash-1024-v1';
const dimensions = 1024;
const weights = { word: 0.6, stem: 1, pair: 0.3, grams: 0.8, functionWord: 0.2 };
const gramSizes = [3, 4, 5];
const textsBetweenPauses = 200;

/**
 * An embedder that needs no key, no network and no model file: deterministic feature hashing.
 *
 * A text is the bag of its words, their stems, neighbouring pairs and character n-grams, each weighted
 * `1 + ln(count)`, and hashed with a sign into one vector (Weinberger, Dasgupta, Langford, Smola and
 * Attenberg, "Feature Hashing for Large Scale Multitask Learning", ICML 2009). It finds texts that share
 * words or parts of words, in any script. It knows nothing of meaning: `car` and `automobile` are strangers.
 */
export function createLocalEmbedder(): Embedder {
  return { model, dimensions, embed: embedLocally };
}

async function embedLocally(texts: string[], signal?: AbortSignal): Promise<number[][]> {
  const vectors: number[][] = [];
  for (const [index, text] of texts.entries()) {
    if (index % textsBetweenPauses === textsBetweenPauses - 1) await nextTick();
    signal?.throwIfAborted();
    vectors.push(embedText(text));
  }
  return vectors;
}

function embedText(text: string): number[] {
  const vector = new Array<number>(dimensions).fill(0);
  const features = featuresOf(splitWords(text));
  // A text without words has a place too, so that every vector has unit length.
  if (features.size === 0) features.set('nothing', 1);
  for (const [feature, weight] of features) {
    const hash = hashText(feature);
    const place = hash % dimensions;
    vector[place] = (vector[place] ?? 0) + (hash & 0x80000000 ? weight : -weight);
  }
  return toUnitLength(vector);
}

/** Each feature with its weight. The first letter keeps the kinds apart. */
function featuresOf(words: string[]): Map<string, number> {
  const features = new Map<string, number>();
  const stems = words.map((word) => (isFunctionWord(word) ? word : stemWord(word)));
  addCounted(features, 'w', countEach(words), weights.word);
  addCounted(features, 's', countEach(stems), weights.stem);
  addCounted(features, 'p', countEach(pairsOf(stems)), weights.pair);
  for (const [word, count] of countEach(words)) addGrams(features, word, 1 + Math.log(count));
  return features;
}

function addCounted(
  features: Map<string, number>,
  kind: string,
  counts: Map<string, number>,
  weight: number,
): void {
  for (const [text, count] of counts) {
    const damping = isFunctionWord(text) ? weights.functionWord : 1;
    features.set(`${kind}${text}`, weight * damping * (1 + Math.log(count)));
  }
}

/** A word's n-grams share one word's weight, however long it is. */
function addGrams(features: Map<string, number>, word: string, weight: number): void {
  if (isFunctionWord(word)) return;
  const grams = isUnspaced(word) ? shortGramsOf(word) : gramsOf(word);
  const each = (weights.grams * weight) / Math.sqrt(grams.length || 1);
  for (const gram of grams) features.set(`g${gram}`, (features.get(`g${gram}`) ?? 0) + each);
}

function gramsOf(word: string): string[] {
  if (word.length < 4) return [];
  const marked = `<${word}>`;
  return gramSizes.flatMap((size) => slicesOf(marked, size));
}

/** In scripts without spaces one or two characters make a word. */
function shortGramsOf(word: string): string[] {
  const characters = [...word];
  return [
    ...characters,
    ...characters.slice(1).map((character, index) => `${characters[index]}${character}`),
  ];
}

function slicesOf(text: string, size: number): string[] {
  const count = Math.max(0, text.length - size + 1);
  return Array.from({ length: count }, (_, start) => text.slice(start, start + size));
}

function pairsOf(stems: string[]): string[] {
  const told = stems.filter((stem) => !isFunctionWord(stem));
  return told.slice(1).map((stem, index) => `${told[index]} ${stem}`);
}

function countEach(texts: string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return counts;
}

function toUnitLength(vector: number[]): number[] {
  const length = Math.hypot(...vector);
  if (length === 0) return vector.map((_, index) => (index === 0 ? 1 : 0));
  return vector.map((value) => value / length);
}

/** FNV-1a with the finishing steps of MurmurHash3, over UTF-16 units: 32 bits, unsigned. */
function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
