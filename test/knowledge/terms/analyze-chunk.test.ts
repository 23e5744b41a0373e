import fc from 'fast-check';
import { expect, test } from 'vitest';
import { analyzeChunk } from '../../../src/knowledge/terms/analyze-chunk.ts';
import { queryTerms } from '../../../src/knowledge/terms/query-terms.ts';
import { growthOf, mostGrowth } from '../../support/growth.ts';
import { runsOf, seedOf } from '../../support/property-runs.ts';

/** Whether a text of a language has every word of a query. */
function meets(text: string, language: string, query: string, languages = [language]): boolean {
  const terms = new Set(analyzeChunk({ text, headings: [] }, language).terms);
  const words = queryTerms(query, languages);
  return words.length > 0 && words.every((variants) => variants.some((term) => terms.has(term)));
}

test.each([
  ['en', 'The films were rented by two customers.', 'film rent customer'],
  ['en', 'The children’s university', 'children university'],
  ['en', "O'Brien doesn't agree.", "o'brien agreed"],
  ['fr', 'Bienvenue à l’hôtel de l’aéroport', "l'hôtel"],
  ['fr', 'Bienvenue à l’hôtel de l’aéroport', 'hotels aeroport'],
  ['fr', 'Une œuvre confirmée', 'oeuvres confirmer'],
  ['es', 'Las informaciones de la aplicación', 'información aplicaciones'],
  ['es', 'La información de la aplicación', 'informacion aplicacion'],
  ['pt', 'As informações', 'informação'],
  ['it', 'L’università della città', 'universita citta'],
  ['de', 'Die Straßen und die Häuser', 'strasse haus'],
  ['de', 'STRASSE', 'Straße'],
  ['nl', 'Nieuwe boeken', 'boek'],
  ['sv', 'Flickorna sjunger', 'flicka'],
  ['ru', 'Красная ёлка стоит у дома', 'красный елка'],
  ['ru', 'Зеленая елка и документами', 'ёлка документ'],
  ['ru', 'Новый Windows на серверах, emails', 'windows email сервер'],
  ['uk', 'П’ять м’яких подушок', "п'ять"],
  ['el', 'Ο ΛΌΓΟΣ', 'λόγος'],
  ['tr', 'İstanbul’da kitaplar ISPARTA', 'istanbul kitap ısparta'],
  ['pl', 'Zażółć gęślą jaźń w Łodzi', 'zazolc gesla lodzi'],
  ['cs', 'Nové knihy', 'kniha'],
  ['ar', 'الكِتَابُ الجديد', 'كتاب'],
  ['he', 'שָׁלוֹם', 'שלום'],
  ['hi', 'हिन्दी भाषा', 'भाषा'],
  ['zh', '北京大学在海淀区', '北京大学'],
  ['zh', '接种COVID-19疫苗的人', 'covid-19 疫苗'],
  ['ja', '東京タワーはどこですか', '東京タワー'],
  ['ja', 'ﾀﾜｰに登る', 'タワー'],
  ['ko', '학교에서 공부했다', '학교'],
  ['th', 'การประชุมที่กรุงเทพ', 'กรุงเทพ'],
  ['und', 'Straße nach Łódź', 'strasse lodz'],
])('in %s, "%s" is found by "%s"', (language, text, query) => {
  expect(meets(text, language, query)).toBe(true);
});

test('a word is not found by another that only looks like it', () => {
  expect(meets('Der Bär', 'de', 'Bar', ['en'])).toBe(true); // accents are folded, on purpose
  expect(meets('край', 'uk', 'краи')).toBe(false);
  expect(meets('大学', 'zh', '学大')).toBe(false);
  expect(meets('films', 'und', 'film')).toBe(false);
});

test('what a word is found by depends on no word before it', () => {
  const alone = analyzeChunk({ text: 'fiets', headings: [] }, 'nl');
  analyzeChunk({ text: 'fietsen', headings: [] }, 'nl');
  expect(analyzeChunk({ text: 'gezette fiets', headings: [] }, 'nl').terms).toContain(alone.terms[0]);
});

test('a word of the title counts three times, one of a heading once, and a heading that is the title not at all', () => {
  const chunk = { text: 'Within five days.', title: 'Refunds', headings: ['Refunds', 'Paying back'] };
  const { terms, counts, words } = analyzeChunk(chunk, 'en');
  expect(Object.fromEntries(terms.map((term, index) => [term, counts[index]]))).toEqual({
    within: 1,
    five: 1,
    day: 1,
    refund: 3,
    pay: 1,
    back: 1,
  });
  expect(words).toBe(8);
});

test('a word is counted as often as it is there, and words that nearly every text has are not counted', () => {
  const { terms, counts, words } = analyzeChunk(
    { text: 'The film and the films of a film', headings: [] },
    'en',
  );
  expect({ terms, counts, words }).toEqual({ terms: ['film'], counts: [3], words: 3 });
});

test('a word with accents has two terms and is one word', () => {
  expect(analyzeChunk({ text: 'información', headings: [] }, 'es')).toEqual({
    terms: ['inform', 'informacion'],
    counts: [1, 1],
    words: 1,
  });
});

test.each([
  '',
  '?!… —',
  '\0\0',
  '\ud800\udfff\udc00',
  '🍕🍕 👩‍👩‍👧',
  '\u0300\u0301',
  '____',
  '\u0640',
  '\ufe7b',
])('%j has no words', (text) => {
  expect(analyzeChunk({ text, headings: [] }, 'en')).toEqual({ terms: [], counts: [], words: 0 });
});

test('whatever a text is, its terms are few, short, well-formed and found again', () => {
  const language = fc.constantFrom('en', 'fr', 'de', 'ru', 'tr', 'nl', 'zh', 'ja', 'th', 'ar', 'und');
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 60 }), language, (text, language) => {
      const { terms, counts, words } = analyzeChunk({ text, headings: [] }, language);
      expect(new Set(terms).size).toBe(terms.length);
      expect(counts).toHaveLength(terms.length);
      expect(counts.every((count) => count > 0)).toBe(true);
      expect(
        terms.every(
          (term) => term !== '' && term.length <= 200 && term.isWellFormed() && !term.includes('\0'),
        ),
      ).toBe(true);
      expect(words).toBeLessThanOrEqual(counts.reduce((sum, count) => sum + count, 0));
      if (words > 0) expect(meets(text, language, text)).toBe(true);
    }),
    { numRuns: runsOf(500), seed: seedOf(1) },
  );
});

test.each([
  ['one word', 'x'],
  ['Chinese', '漢'],
  ['apostrophes', "a'"],
  ['accents without letters', '\u0300'],
  ['one letter with accents', 'a\u0300\u0300'],
  ['scripts that alternate', '疫a'],
  ['endings', 'lar'],
  ['halves of characters', '\ud800'],
  ['different words', 'ab1 cd2 '],
])(
  'a million letters of %s take no longer than a million letters',
  async (_, part) => {
    const analyze = (length: number) => {
      const text = part.repeat(length / part.length);
      const { counts, terms } = analyzeChunk({ text, headings: [] }, 'tr');
      expect(counts.every((count) => count <= 32_767)).toBe(true);
      expect(terms.every((term) => term.length <= 200)).toBe(true);
    };
    expect(await growthOf(analyze, 1_000_000)).toBeLessThan(mostGrowth);
  },
  120_000,
);
