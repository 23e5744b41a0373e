import { expect, test } from 'vitest';
import { leastVisibleLoss, powerOf } from '../../../src/eval/statistics/power.ts';
import { leastCount } from '../../../src/eval/suites/least-count.ts';
import { simulatePower } from '../../../src/eval/suites/simulate-power.ts';
import { suitePower } from '../../../src/eval/suites/suite-power.ts';

test('at one repeat it is what the exact test sees', () => {
  const { leastVisibleLoss: least, needed } = suitePower(100);
  expect(least).toBe(leastVisibleLoss(100));
  for (const { loss, cases } of needed) {
    expect(powerOf({ cases: cases ?? 0, lost: loss, won: 0 })).toBeGreaterThanOrEqual(0.8);
    expect(powerOf({ cases: (cases ?? 0) - 1, lost: loss, won: 0 })).toBeLessThan(0.8);
  }
});

test('what comes out differently by itself hides losses, and repeats bring them back', () => {
  const steady = suitePower(100);
  const once = suitePower(100, { churn: 0.1 });
  const often = suitePower(100, { churn: 0.1, repeats: 5 });
  const [loss, hidden, found] = [steady, once, often].map(({ leastVisibleLoss: least }) => least ?? 1);
  expect(hidden).toBeGreaterThan(loss ?? 1);
  expect(found).toBeLessThan(hidden ?? 0);
  for (const [at, { cases }] of often.needed.entries())
    expect(cases ?? Infinity).toBeLessThan(once.needed[at]?.cases ?? 0);
}, 60_000);

test('repeats tell nothing where every repeat of a case says the same', () => {
  const steady = suitePower(100, { repeats: 3 });
  expect(
    Math.abs((steady.leastVisibleLoss ?? 1) - (suitePower(100).leastVisibleLoss ?? 0)),
  ).toBeLessThanOrEqual(0.01);
}, 60_000);

test('the size by the normal approximation is about that by simulation', () => {
  const question = { repeats: 3, churn: 0.1, level: 0.05 };
  const size = suitePower(10, question).needed[2]?.cases ?? 0;
  const power = simulatePower({ ...question, cases: size, loss: 0.1, seed: 3, comparisons: 300 });
  expect(power).toBeGreaterThan(0.7);
  expect(power).toBeLessThan(0.9);
}, 60_000);

test('without a loss the simulation reports one as rarely as it says', () => {
  const power = simulatePower({
    cases: 60,
    repeats: 3,
    churn: 0.2,
    loss: 0,
    level: 0.05,
    seed: 1,
    comparisons: 400,
  });
  expect(power).toBeLessThan(0.06);
}, 60_000);

test('a simulation is the same again', () => {
  const question = { cases: 40, repeats: 2, churn: 0.1, loss: 0.1, level: 0.05, seed: 5, comparisons: 50 };
  expect(simulatePower(question)).toBe(simulatePower(question));
  expect(simulatePower({ ...question, seed: 6 })).not.toBe(simulatePower({ ...question, seed: 7 }));
});

test('few cases see nothing, and no cases neither', () => {
  expect(suitePower(5).leastVisibleLoss).toBeNull();
  expect(suitePower(5, { repeats: 3 }).leastVisibleLoss).toBeNull();
  expect(suitePower(0).leastVisibleLoss).toBeNull();
});

test('losses that no size sees have none', () => {
  expect(suitePower(10, { churn: 0.02, level: 1e-300 }).needed[0]).toEqual({
    loss: 0.02,
    cases: null,
  });
});

test.each([
  [-1, {}],
  [1.5, {}],
  [10, { churn: 0.6 }],
  [10, { repeats: 0 }],
  [10, { churn: Number.NaN }],
])('%d cases with %j cannot be', (cases, options) =>
  expect(() => suitePower(cases, options)).toThrow(RangeError),
);

test('the least count is found wherever it is', () => {
  for (const high of [0, 1, 7, 8, 9]) {
    for (let from = 1; from <= high + 1; from += 1)
      expect(leastCount(1, high, (count) => count >= from)).toBe(from > high ? null : from);
  }
});
