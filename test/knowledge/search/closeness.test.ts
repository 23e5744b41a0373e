import { expect, test } from 'vitest';
import { closenessOf } from '../../../src/knowledge/search/closeness.ts';
import { queryTerms } from '../../../src/knowledge/terms/query-terms.ts';

function closeness(query: string, texts: string[], language = 'en'): number[] {
  const words = queryTerms(query, [language]).map((terms) => ({ terms, weight: 1 }));
  return closenessOf(
    query,
    words,
    texts.map((text) => ({ text, headings: [], language })),
  );
}

const filler =
  'there lay many other matters between one thing and the next thing of that long and winding tale ';

test('words that stand together are closer than words that stand apart, and those closer than words that are not there', () => {
  const [together = 0, apart = 0, one = 0, none = 0] = closeness('price of oil', [
    `${filler} the price of oil rose`,
    `the price rose ${filler} and so did the oil`,
    `the price rose ${filler}`,
    filler,
  ]);
  expect(together).toBeCloseTo(1);
  expect(apart).toBeLessThan(together);
  expect(one).toBeLessThanOrEqual(apart);
  expect(none).toBe(0);
});

test('words in the order of the query are closer than words in another', () => {
  const [inOrder = 0, turned = 0] = closeness('oil crisis', ['the oil crisis', 'the crisis, oil']);
  expect(inOrder).toBeGreaterThan(turned);
});

test('the title is read as well', () => {
  const words = [{ terms: ['refund'], weight: 1 }];
  const text = { text: 'Within five days.', headings: [], language: 'en' };
  expect(closenessOf('refund', words, [{ ...text, title: 'Refunds' }, text])).toEqual([0.8 / 1.4, 0]);
});

test('items of a list that are links alone are about other documents, and are not read', () => {
  const [about = 0, mentioned = 0, linked = 0, nested = 0] = closeness('reset a password', [
    'Reset a password on its page.',
    '- See [reset a password](/reset) for more.',
    'Related articles\n\n- [Reset a password](/reset)\n- [Log in](/login)',
    '- Other things\n  - [Reset a password](https://example.com/reset)',
  ]);
  expect(about).toBeCloseTo(1);
  expect(mentioned).toBeCloseTo(1);
  expect([linked, nested]).toEqual([0, 0]);
});

test('scripts without spaces are read by their characters', () => {
  const [whole = 0, scattered = 0] = closeness(
    '北京大学',
    ['我在北京大学学习', '大家在学习，京城在北方'],
    'zh',
  );
  expect(whole).toBeGreaterThan(scattered);
});

test('nothing is close to a query that has no words, and closeness is never more than 1', () => {
  expect(closeness('?!', ['anything'])).toEqual([0]);
  expect(closeness('oil oil oil price oil', ['oil oil oil price oil'])[0]).toBeLessThanOrEqual(1);
});
