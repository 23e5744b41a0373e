import { expect, test } from 'vitest';
import { confusionMatrix } from '../../../src/eval/scorers/confusion-matrix.ts';
import { matchPath, type PathMode } from '../../../src/eval/scorers/match-path.ts';
import { scoreRanking } from '../../../src/eval/scorers/rank-metrics.ts';

const grades = new Map([
  ['a', 3],
  ['b', 2],
  ['c', 0],
  ['d', 1],
]);

test('a ranking is scored by its grades, ranks and what it misses', () => {
  const ideal = 3 + 2 / Math.log2(3) + 1 / 2;
  expect(scoreRanking(['a', 'b', 'd'], grades, 10)).toEqual({ recall: 1, ndcg: 1, reciprocalRank: 1 });
  expect(scoreRanking(['c', 'b', 'x', 'a'], grades, 10)).toEqual({
    recall: 2 / 3,
    ndcg: expect.closeTo((2 / Math.log2(3) + 3 / Math.log2(5)) / ideal, 12),
    reciprocalRank: 0.5,
  });
  expect(scoreRanking(['c', 'b', 'a'], grades, 1)).toEqual({ recall: 0, ndcg: 0, reciprocalRank: 0 });
  expect(scoreRanking([], grades, 5)).toEqual({ recall: 0, ndcg: 0, reciprocalRank: 0 });
});

test('an id that comes twice counts once, and a question without an answer is no question', () => {
  expect(scoreRanking(['a', 'a', 'b', 'd'], grades, 3).recall).toBe(1);
  expect(() => scoreRanking(['c'], new Map([['c', 0]]), 3)).toThrow(RangeError);
});

test.each<[PathMode, string, string, boolean]>([
  ['strict', 'triage sql answer', 'triage sql answer', true],
  ['strict', 'triage search sql answer', 'triage sql answer', false],
  ['in-order', 'triage search sql answer', 'triage sql answer', true],
  ['in-order', 'sql triage answer', 'triage sql answer', false],
  ['unordered', 'sql triage answer', 'triage sql answer', true],
  ['unordered', 'sql sql triage answer', 'triage sql answer', false],
  ['subset', 'triage answer', 'triage sql answer', true],
  ['subset', 'triage search', 'triage sql answer', false],
  ['superset', 'search triage sql answer', 'triage sql answer', true],
  ['superset', 'triage sql', 'triage sql answer', false],
])('%s: %s against %s', (mode, taken, expected, matches) => {
  expect(matchPath(taken.split(' '), [expected.split(' ')], mode).matches).toBe(matches);
});

test('one of several paths is enough, and hops that were not needed are counted', () => {
  const paths = [
    ['triage', 'search', 'answer'],
    ['triage', 'answer'],
  ];
  expect(matchPath(['triage', 'search', 'answer'], paths, 'strict')).toEqual({
    matches: true,
    wasted: 1,
    loops: 0,
  });
  expect(matchPath(['triage', 'sql', 'triage', 'sql', 'answer'], paths, 'strict')).toEqual({
    matches: false,
    wasted: 3,
    loops: 2,
  });
});

test('routings are counted by who should have taken the case and who did', () => {
  const routings = [
    { expected: 'sql', taken: 'sql' },
    { expected: 'sql', taken: 'search' },
    { expected: 'search', taken: 'search' },
    { expected: 'answer', taken: 'search' },
  ];
  expect(confusionMatrix(routings)).toEqual({
    agents: ['sql', 'search', 'answer'],
    rows: [
      [1, 1, 0],
      [0, 1, 0],
      [0, 1, 0],
    ],
    precision: [1, 1 / 3, null],
    recall: [0.5, 1, 0],
  });
});
