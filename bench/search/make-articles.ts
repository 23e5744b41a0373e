import type { Article } from './passages.ts';

const passagesEach = 20;
const ownWords = 40;

/**
 * More articles in the manner of the given ones, as many as are asked for and the same at each run. An article is about two of the given
 * ones: its passages are sentences of theirs, of which every third long word is another, from a few that this article prefers. They are drawn
 * from all words of the given ones as often as these have them, and preferred unevenly, so that words are as common and as rare as in
 * real text, and no sentence comes twice as it was.
 */
export function* makeArticles(given: readonly Article[], seed = 1): Generator<Article> {
  const random = randomFrom(seed);
  const pick = <T>(all: readonly T[]): T => all[Math.floor(random() * all.length)] as T; // callers have some
  const sources = given.map(({ passages }) => passages.flatMap(({ text }) => sentencesOf(text)));
  const words = sources.flat().flatMap((sentence) => sentence.match(longWord) ?? []);
  for (let n = 0; ; n++) {
    const own = Array.from({ length: ownWords }, () => pick(words));
    const about = [...pick(sources), ...pick(sources)];
    const preferred = () => own[Math.floor(random() ** 3 * ownWords)] ?? '';
    const sentence = () => pick(about).replace(longWord, (word) => (random() < 1 / 3 ? preferred() : word));
    const passages = Array.from({ length: passagesEach }, (_, at) => {
      let text = sentence();
      for (const length = 400 + random() * 700; text.length < length; ) text += ` ${sentence()}`;
      return { id: `made-${seed}-${n}#${at}`, text };
    });
    yield { title: `${own[0]} and ${own[1]}`, passages };
  }
}

const longWord = /\p{L}{5,}/gu;

function sentencesOf(text: string): string[] {
  return text.split(/(?<=[.!?])\s+/).filter((sentence) => sentence.length > 30);
}

/** A linear congruential generator, as in Numerical Recipes: numbers from 0 to below 1. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
