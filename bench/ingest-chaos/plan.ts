import { seededRandom } from '../../src/films/seeded-random.ts';

/** What is done to a collection, in this order. To be begun again from the start: the last of it decides. */
export type Step =
  | { do: 'add'; key: string; content: string; tags?: string[] }
  | { do: 'carry out'; key: string }
  | { do: 'publish'; key: string; publish: 'draft' | 'published' }
  | { do: 'delete'; key: string };

/**
 * A handful of documents, some long and some that cannot be read; some come again with other content, are withdrawn, or go. `size` is about
 * the words of a long one.
 */
export function planSteps(seed: number, size: number): Step[] {
  const random = seededRandom(seed);
  const text = (words: number) => {
    const sentence = () =>
      `The ${random.pick(nouns)} of the ${random.pick(nouns)} ${random.pick(verbs)} ${random.whole(2, 900)} times a ${random.pick(nouns)}.`;
    const paragraph = () => Array.from({ length: random.whole(2, 6) }, sentence).join(' ');
    return Array.from({ length: Math.ceil(words / 36) }, paragraph).join('\n\n');
  };
  const page = (words: number) =>
    `# ${random.pick(nouns)}\n\n${text(words / 2)}\n\n## ${random.pick(nouns)}\n\n${text(words / 2)}`;
  const long = page(size);
  const steps: Step[] = [
    { do: 'add', key: 'long.md', content: long },
    { do: 'carry out', key: 'long.md' },
    { do: 'add', key: 'short.txt', content: text(60), tags: ['short'] },
    { do: 'carry out', key: 'short.txt' },
    { do: 'add', key: 'broken.pdf', content: `%PDF-1.7\n${text(20)}` },
    { do: 'carry out', key: 'broken.pdf' },
    { do: 'add', key: 'table.csv', content: `noun,verb\n${pairs(random, Math.ceil(size / 20))}` },
    { do: 'carry out', key: 'table.csv' },
    { do: 'add', key: 'goes.txt', content: text(size / 4) },
    { do: 'carry out', key: 'goes.txt' },
    {
      do: 'add',
      key: 'page.html',
      content: `<html><body><h1>Page</h1><p>${text(size / 3)}</p></body></html>`,
    },
    { do: 'carry out', key: 'page.html' },
    { do: 'add', key: 'long.md', content: `${long}\n\n## More\n\n${text(size / 4)}` },
    { do: 'publish', key: 'short.txt', publish: 'draft' },
    { do: 'carry out', key: 'long.md' },
    { do: 'delete', key: 'goes.txt' },
    { do: 'publish', key: 'short.txt', publish: 'published' },
    { do: 'add', key: 'short.txt', content: text(90) },
    { do: 'carry out', key: 'short.txt' },
  ];
  return steps;
}

function pairs(random: ReturnType<typeof seededRandom>, count: number): string {
  return Array.from({ length: count }, () => `${random.pick(nouns)},${random.pick(verbs)}`).join('\n');
}

const nouns =
  'harbour lantern ledger compass anchor current island sextant chart gull rope bell tide keel'.split(' ');
const verbs = 'turns answers warns measures follows keeps returns rings counts mends'.split(' ');
