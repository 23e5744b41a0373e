import { expect, test } from 'vitest';
import { medianOf, quantileOf, quantilesOf } from '../../../bench/turns/quantiles.ts';

test('of the numbers from 1 to 100 the 50th, the 95th and the 99th are the quantiles, in whatever order they come', () => {
  const values = Array.from({ length: 100 }, (_, at) => ((at * 37) % 100) + 1);
  expect(quantilesOf(values)).toEqual({ p50: 50, p95: 95, p99: 99 });
});

test('a quantile is always a value that was measured', () => {
  expect(quantileOf([3, 1], 0.5)).toBe(1);
  expect(quantileOf([3, 1], 0.95)).toBe(3);
  expect(quantileOf([7], 0)).toBe(7);
  expect(medianOf([9, 1, 5])).toBe(5);
  expect(quantileOf([], 0.5)).toBeNaN();
});
