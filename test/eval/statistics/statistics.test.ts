import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { expect, test } from 'vitest';
import { holm } from '../../../src/eval/statistics/holm.ts';
import { exactMcNemar } from '../../../src/eval/statistics/mcnemar.ts';
import { pairedBootstrap } from '../../../src/eval/statistics/paired-bootstrap.ts';
import { passAtK, passHatK } from '../../../src/eval/statistics/pass-at-k.ts';
import { leastVisibleLoss, powerOf } from '../../../src/eval/statistics/power.ts';
import { wilson } from '../../../src/eval/statistics/wilson.ts';

test.each([
  // Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in Medicine 17 (1998), table I, method 3
  [81, 263, 0.2553, 0.3662],
  [15, 148, 0.0624, 0.1605],
  [0, 20, 0, 0.1611],
  [1, 29, 0.0061, 0.1718],
])('the interval of %i of %i is the published one', (successes, trials, low, high) => {
  const interval = wilson(successes, trials);
  expect(interval.low).toBeCloseTo(low, 4);
  expect(interval.high).toBeCloseTo(high, 4);
});

test('of no trials nothing is known, and counts that cannot be are refused', () => {
  expect(wilson(0, 0)).toEqual({ low: 0, high: 1 });
  for (const [successes, trials] of [
    [2, 1],
    [-1, 1],
    [0.5, 1],
  ] as const)
    expect(() => wilson(successes, trials)).toThrow(RangeError);
});

test.each([
  // the binomial distribution by hand: 2 · Σ C(n, i) / 2^n
  [0, 5, 2 / 32],
  [1, 9, 22 / 1024],
  [3, 3, 1],
  [0, 0, 1],
  [2, 10, (2 * 79) / 4096],
])('McNemar of %i lost and %i won is exact', (lost, won, chance) => {
  expect(exactMcNemar(lost, won)).toBeCloseTo(chance, 12);
  expect(exactMcNemar(won, lost)).toBeCloseTo(chance, 12);
});

test('pass@k and pass^k equal counting all draws', () => {
  for (const [repeats, passed, k] of [
    [5, 2, 1],
    [5, 2, 3],
    [8, 7, 8],
    [6, 0, 2],
    [6, 6, 4],
  ] as const) {
    const draws = drawsOf(repeats, k).map((draw) => draw.filter((at) => at < passed).length);
    const share = (fits: (passes: number) => boolean) => draws.filter(fits).length / draws.length;
    expect(passAtK(repeats, passed, k)).toBeCloseTo(
      share((passes) => passes > 0),
      12,
    );
    expect(passHatK(repeats, passed, k)).toBeCloseTo(
      share((passes) => passes === k),
      12,
    );
  }
  expect(() => passAtK(3, 1, 4)).toThrow(RangeError);
});

/** Every choice of k of so many. */
function drawsOf(count: number, k: number, from = 0): number[][] {
  if (k === 0) return [[]];
  const firsts = Array.from({ length: count - from }, (_, at) => from + at);
  return firsts.flatMap((first) => drawsOf(count, k - 1, first + 1).map((rest) => [first, ...rest]));
}

test('Holm adjusts as R does', () => {
  // p.adjust(c(0.01, 0.04, 0.03, 0.005), "holm")
  expect(holm([0.01, 0.04, 0.03, 0.005])).toEqual([0.03, 0.06, 0.06, 0.02].map((p) => expect.closeTo(p, 12)));
  expect(holm([0.9, 0.8])).toEqual([1, 1]);
  expect(holm([])).toEqual([]);
});

test('the bootstrap is seeded, and its interval is that of the normal approximation for many cases', () => {
  const random = xoroshiro128plus(7);
  const differences = Array.from({ length: 400 }, () => uniformInt(random, -3, 5) / 8);
  const found = pairedBootstrap(differences, { seed: 3 });
  expect(pairedBootstrap(differences, { seed: 3 })).toEqual(found);
  const mean = differences.reduce((sum, value) => sum + value, 0) / 400;
  const deviation = Math.sqrt(differences.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 399);
  expect(found.mean).toBeCloseTo(mean, 12);
  expect(found.low).toBeCloseTo(mean - (1.96 * deviation) / 20, 2);
  expect(found.high).toBeCloseTo(mean + (1.96 * deviation) / 20, 2);
  expect(found.chance).toBeLessThan(0.01);
});

test('a sign flip of few cases is counted in full, and nothing that moved is no difference', () => {
  expect(pairedBootstrap([1, 1, 1, 1, 1]).chance).toBeCloseTo(2 / 32, 12);
  expect(pairedBootstrap([0, 0, 0])).toMatchObject({ mean: 0, low: 0, high: 0, chance: 1 });
  expect(() => pairedBootstrap([])).toThrow(RangeError);
});

test('the power of McNemar equals playing it many times', () => {
  const random = xoroshiro128plus(11);
  const question = { cases: 60, lost: 0.18, won: 0.04 };
  let reported = 0;
  for (let played = 0; played < 4_000; played += 1) {
    let lost = 0;
    let won = 0;
    for (let at = 0; at < question.cases; at += 1) {
      const drawn = uniformInt(random, 0, 99);
      if (drawn < 18) lost += 1;
      else if (drawn < 22) won += 1;
    }
    if (exactMcNemar(lost, won) < 0.05) reported += 1;
  }
  expect(powerOf(question)).toBeCloseTo(reported / 4_000, 1);
});

test('a suite that is too small sees nothing, and a larger one sees smaller losses', () => {
  expect(leastVisibleLoss(5)).toBeUndefined();
  const [thirty, hundred] = [leastVisibleLoss(30) ?? 1, leastVisibleLoss(100) ?? 1];
  expect(thirty).toBeGreaterThan(hundred);
  expect(powerOf({ cases: 30, lost: thirty, won: 0 })).toBeGreaterThanOrEqual(0.8);
  expect(powerOf({ cases: 30, lost: thirty - 1 / 30, won: 0 })).toBeLessThan(0.8);
});
