import { expect, test } from 'vitest';
import { queryTerms } from '../../../src/knowledge/terms/query-terms.ts';

test('a word has its terms in each language of the documents', () => {
  expect(queryTerms('informations', ['en', 'de'])).toEqual([['inform', 'information']]);
  expect(queryTerms('информация', ['en', 'ru'])).toEqual([['информация', 'информац']]);
});

test('a word that says nothing in one language is looked for in the others', () => {
  expect(queryTerms('How does a man die?', ['en', 'de'])).toEqual([['man'], ['die']]);
  expect(queryTerms('Wann wird die Wand hart?', ['en', 'de'])).toEqual([['wand'], ['hart']]);
});

test('a question in one language is not looked for by its little words in documents of others', () => {
  expect(queryTerms('How do I create an account?', ['en', 'es', 'fr', 'zh']).flat()).not.toContain('an');
  expect(queryTerms('Combien coûte un an ?', ['en', 'es', 'fr']).flat()).toContain('an');
});

test('words that say nothing are left out, unless there are no others', () => {
  expect(queryTerms('What is the price of it?', ['en'])).toEqual([['price']]);
  expect(queryTerms('Who is it?', ['en'])).toEqual([['who'], ['is'], ['it']]);
});

test('no term is asked for twice', () => {
  expect(queryTerms('Film films FILMS; information informations', ['en', 'fr']).flat().toSorted()).toEqual([
    'film',
    'inform',
  ]);
  expect(queryTerms('北京 北京大学', ['zh'])).toEqual([
    ['北'],
    ['北京'],
    ['京'],
    ['京大'],
    ['大'],
    ['大学'],
    ['学'],
  ]);
});

test.each(['', ' ', '?!', '\0', '\ud800', '🍕', '\n\t'])('%j asks for nothing', (query) => {
  expect(queryTerms(query, ['en'])).toEqual([]);
});

test('a collection without documents has no language, and asking it harms nothing', () => {
  expect(queryTerms('The films', [])).toEqual([['the'], ['films']]);
});

test.each([
  ['words', 'word'],
  ['Chinese', '漢字'],
])('of a hundred kilobytes of %s, 64 are looked for', (_, part) => {
  const query = Array.from(
    { length: 20_000 },
    (__, index) => `${part}${String.fromCodePoint(0x4e00 + index)}x${index}`,
  ).join(' ');
  const words = queryTerms(query, ['en', 'fr', 'de', 'ru', 'zh', 'ja', 'th', 'tr', 'und']);
  expect(words).toHaveLength(64);
  expect(words.flat().length).toBeLessThan(640);
});
