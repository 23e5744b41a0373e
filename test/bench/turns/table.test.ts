import { expect, test } from 'vitest';
import { type Figure, isMet, ratioOf } from '../../../bench/turns/figure.ts';
import { tableOf } from '../../../bench/turns/table.ts';

const speed: Figure = {
  what: 'turns/s',
  unit: '/s',
  better: 'more',
  baton: 150,
  reference: 30,
  ratioTarget: 5,
};
const cpu: Figure = {
  what: 'CPU',
  unit: 'ms',
  better: 'less',
  baton: 7,
  reference: 28,
  target: 6,
  ratioTarget: 5,
};
const start: Figure = { what: 'start', unit: 'ms', better: 'less', baton: 700, target: 1_000, digits: 0 };

test('a ratio above one is better, whether more or less is better', () => {
  expect(ratioOf(speed)).toBe(5);
  expect(ratioOf(cpu)).toBe(4);
  expect(ratioOf(start)).toBeUndefined();
  expect(ratioOf({ ...speed, aside: true })).toBeUndefined();
});

test('a target is the least of what is to be more and the most of what is to be less', () => {
  expect(isMet({ ...speed, target: 150 })).toBe(true);
  expect(isMet({ ...speed, target: 151 })).toBe(false);
  expect(isMet(cpu)).toBe(false);
  expect(isMet(start)).toBe(true);
  expect(isMet(speed)).toBeUndefined();
});

test('ratios come first, then what was measured with its targets; what is missed is said', () => {
  expect(tableOf([speed, cpu, start]).split('\n')).toEqual([
    'times better than the reference           target',
    'turns/s                           5.0 ×    ≥ 5 ×   yes',
    'CPU                               4.0 ×    ≥ 5 ×    NO',
    '',
    'measured      Baton   reference      target',
    'turns/s    150.0 /s     30.0 /s',
    'CPU          7.0 ms     28.0 ms      ≤ 6 ms    NO',
    'start        700 ms               ≤ 1000 ms   yes',
    '',
  ]);
});

test('without a reference there are no ratios', () => {
  expect(tableOf([start])).toMatch(/^measured/);
});
