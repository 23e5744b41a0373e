import { expect, test } from 'vitest';
import { fuse } from '../../../src/knowledge/search/fuse.ts';

const one = [
  { chunk_no: 1, score: 10 },
  { chunk_no: 2, score: 5 },
];
const other = [
  { chunk_no: 2, score: 0.9 },
  { chunk_no: 3, score: 0.8 },
  { chunk_no: 4, score: 0.7 },
];

test('each list is brought to 0 to 1 and weighed', () => {
  const fused = fuse(one, other, 0.5);
  expect(fused.map(({ chunk_no, lexical, vector }) => ({ chunk_no, lexical, vector }))).toEqual([
    { chunk_no: 2, lexical: 5, vector: 0.9 },
    { chunk_no: 1, lexical: 10, vector: undefined },
    { chunk_no: 3, lexical: undefined, vector: 0.8 },
    { chunk_no: 4, lexical: undefined, vector: 0.7 },
  ]);
  for (const [index, score] of [0.75, 0.5, 0.25, 0].entries()) expect(fused[index]?.score).toBeCloseTo(score);
});

test('where one list is empty the other counts alone', () => {
  expect(fuse(one, [], 0.5).map(({ score }) => score)).toEqual([1, 0.5]);
  expect(fuse([], other.slice(0, 1), 0.5).map(({ score }) => score)).toEqual([1]);
  expect(fuse([], [], 0.5)).toEqual([]);
});

test('equal ones are in the order of their numbers', () => {
  const equal = [7, 3, 5].map((chunk_no) => ({ chunk_no, score: 1 }));
  expect(fuse(equal, [], 0.5).map(({ chunk_no }) => chunk_no)).toEqual([3, 5, 7]);
});
