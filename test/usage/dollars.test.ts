import { expect, test } from 'vitest';
import { parseDollars, showDollars, toNano } from '../../src/usage/dollars.ts';

test.each([
  ['0.50', 500_000_000n],
  ['.5', 500_000_000n],
  ['$12', 12_000_000_000n],
  [' 0.000000001 ', 1n],
  ['0', 0n],
])('%s is dollars', (text, nano) => {
  expect(parseDollars(text)).toBe(nano);
});

test.each(['', '.', '-1', '1e3', '0.0000000001', '1,5', '0x10', 'NaN', '٣', '1 2', `${'1'.repeat(10)}`])(
  '%j is no amount of dollars',
  (text) => {
    expect(parseDollars(text)).toBeUndefined();
  },
);

test.each([
  [0n, '0.00'],
  [500_000_000n, '0.50'],
  [12_500_000n, '0.0125'],
  [1n, '0.000000001'],
  [-1_250_000_000n, '-1.25'],
])('%s nano-dollars are shown exactly', (nano, text) => {
  expect(showDollars(nano)).toBe(text);
});

test('a price in a file is read without a float’s error', () => {
  expect([0.1, 0.075, 0.025, 1.1, 0.000000001, 1_000_000].map(toNano)).toEqual([
    100_000_000n,
    75_000_000n,
    25_000_000n,
    1_100_000_000n,
    1n,
    1_000_000_000_000_000n,
  ]);
});
