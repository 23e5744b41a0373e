import { expect, test } from 'vitest';
import { normalQuantile } from '../../../src/eval/statistics/normal-quantile.ts';

test('quantiles are those of the tables', () => {
  expect(normalQuantile(0.975)).toBeCloseTo(1.959964, 5);
  expect(normalQuantile(0.8)).toBeCloseTo(0.841621, 5);
  expect(normalQuantile(0.5)).toBeCloseTo(0, 6);
  expect(normalQuantile(0.05)).toBeCloseTo(-1.644854, 5);
});

test.each([0, 1, -1, Number.NaN])('%d is no chance between 0 and 1', (chance) => {
  expect(() => normalQuantile(chance)).toThrow(RangeError);
});
