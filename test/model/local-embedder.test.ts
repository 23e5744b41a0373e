import { describe, expect, test } from 'vitest';
import { createLocalEmbedder } from '../../src/model/local-embedder.ts';

const embedder = createLocalEmbedder();

async function likeness(one: string, other: string): Promise<number> {
  const [a = [], b = []] = await embedder.embed([one, other]);
  return a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0);
}

test('every text has a vector of unit length, whatever it is', async () => {
  const texts = [
    'A film about a shark.',
    '',
    '   ',
    '?!',
    '😀',
    'é',
    '\u0000',
    '鮫の映画',
    'x'.repeat(50_000),
  ];
  const vectors = await embedder.embed(texts);
  expect(vectors).toHaveLength(texts.length);
  for (const vector of vectors) {
    expect(vector).toHaveLength(embedder.dimensions);
    expect(Math.hypot(...vector)).toBeCloseTo(1, 10);
  }
});

test('a text has the same vector today and tomorrow', async () => {
  const [vector = []] = await embedder.embed(['A Epic Drama of a Feminist And a Mad Scientist']);
  const places = vector.flatMap((value, index) => (Math.abs(value) > 0.2 ? [index] : []));
  expect({ model: embedder.model, places }).toMatchInlineSnapshot(`
    {
      "model": "local-hash-1024-v1",
      "places": [
        213,
        228,
        356,
        674,
        811,
      ],
    }
  `);
});

describe('texts are near that share', () => {
  test.each([
    ['words in other forms', 'renting films', 'a rented film', 'a broken chair'],
    ['parts of words', 'photographer', 'photography', 'geography lesson'],
    ['letters but not case or accents', 'CAFÉ MÜNCHEN', 'cafe munchen', 'cave monday'],
    ['compatible characters', 'ﬁlm Ｎｏ１', 'film no1', 'firm not'],
    ['sharp s and double s', 'Straße', 'STRASSE', 'strand'],
    ['characters of a script without spaces', '鮫の映画を探す', '鮫の映画', '猫と犬'],
    ['vowel signs that belong to letters', 'किताब की दुकान', 'किताब', 'कातब'],
  ])('%s', async (_, text, near, far) => {
    expect(await likeness(text, near)).toBeGreaterThan((await likeness(text, far)) + 0.1);
  });
});

test('words that every sentence has count for little', async () => {
  const told = await likeness('What is it that the shark does?', 'a shark');
  const filled = await likeness('What is it that the shark does?', 'What is it that the dog does?');
  expect(told).toBeGreaterThan(filled);
});

test('a cancelled turn ends the work', async () => {
  const reason = new Error('the user went away');
  await expect(embedder.embed(['a'], AbortSignal.abort(reason))).rejects.toBe(reason);
});
