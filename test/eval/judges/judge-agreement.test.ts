import { expect, test } from 'vitest';
import { judgeAgreement } from '../../../src/eval/judges/judge-agreement.ts';
import { cohenKappa } from '../../../src/eval/statistics/cohen-kappa.ts';

/** Pairs from a table: how often the first rater said the row's label and the second one the column's. */
function pairsOf(table: number[][]): [string, string][] {
  return table.flatMap((row, one) =>
    row.flatMap((times, other) =>
      Array.from({ length: times }, (): [string, string] => [String(one), String(other)]),
    ),
  );
}

test.each([
  // Fleiss, Levin and Paik, "Statistical Methods for Rates and Proportions", chapter 18: diagnoses of 100 patients
  [
    [
      [75, 1, 4],
      [5, 4, 1],
      [0, 0, 10],
    ],
    0.676,
  ],
  // Feinstein and Cicchetti, "High agreement but low kappa", Journal of Clinical Epidemiology 43 (1990): the same agreement twice
  [
    [
      [40, 9],
      [6, 45],
    ],
    0.7,
  ],
  [
    [
      [80, 10],
      [5, 5],
    ],
    0.32,
  ],
])('kappa of %j is the published one', (table, published) => {
  expect(cohenKappa(pairsOf(table))).toBeCloseTo(published, 2);
});

test('raters who always agree, always differ, or never say anything else', () => {
  expect(
    cohenKappa([
      ['a', 'a'],
      ['b', 'b'],
    ]),
  ).toBe(1);
  expect(
    cohenKappa([
      ['a', 'b'],
      ['b', 'a'],
    ]),
  ).toBe(-1);
  expect(
    cohenKappa([
      ['a', 'a'],
      ['a', 'a'],
    ]),
  ).toBeNull();
  expect(cohenKappa([])).toBeNull();
});

test('a judge is compared with the thumbs of people', () => {
  const labelled = [
    { good: true, score: 0.9 },
    { good: true, score: 0.7 },
    { good: true, score: 0.3 },
    { good: false, score: 0.8 },
    { good: false, score: 0.1 },
  ];
  const agreement = judgeAgreement(labelled, 0.7);
  expect(agreement).toMatchObject({ count: 5, share: { value: 0.6 }, tooKind: 1, tooStrict: 1 });
  expect(agreement.share?.low).toBeLessThan(0.3);
  expect(agreement.kappa).toBeCloseTo((0.6 - 0.52) / 0.48, 12);
  expect(judgeAgreement([], 0.7)).toEqual({ count: 0, share: null, kappa: null, tooKind: 0, tooStrict: 0 });
});
