import { expect, test } from 'vitest';
import { isSampled } from '../../../src/eval/online/is-sampled.ts';

/** Ids as runs have them, the same ones every time. */
const ids = Array.from(
  { length: 20_000 },
  (_, at) =>
    `0193${at.toString(16).padStart(4, '0')}-5a2b-7c3d-8e4f-${(at * 7_919).toString(16).padStart(12, '0')}`,
);

test.each([0.01, 0.1, 0.5, 0.9])('of many runs the share %d is sampled, as far as chance goes', (share) => {
  const sampled = ids.filter((id) => isSampled(id, share)).length;
  const deviation = Math.sqrt(ids.length * share * (1 - share));
  expect(Math.abs(sampled - ids.length * share)).toBeLessThan(4 * deviation);
});

test('none are sampled of no share, and all of the whole', () => {
  expect(ids.some((id) => isSampled(id, 0))).toBe(false);
  expect(ids.every((id) => isSampled(id, 1))).toBe(true);
});

test('the same run is always sampled or never, and a larger share has all of the smaller one', () => {
  const few = ids.filter((id) => isSampled(id, 0.1));
  expect(ids.filter((id) => isSampled(id, 0.1))).toEqual(few);
  expect(few.every((id) => isSampled(id, 0.2))).toBe(true);
});

test('who is judged does not depend on who is sampled', () => {
  const sampled = ids.filter((id) => isSampled(id, 0.2));
  const judged = sampled.filter((id) => isSampled(`${id}/judges`, 0.5)).length;
  const deviation = Math.sqrt(sampled.length * 0.25);
  expect(Math.abs(judged - sampled.length * 0.5)).toBeLessThan(4 * deviation);
});
