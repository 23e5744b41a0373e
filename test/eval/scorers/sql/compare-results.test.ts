import { expect, test } from 'vitest';
import { compareResults } from '../../../../src/eval/scorers/sql/compare-results.ts';
import { judgeResult } from '../../../../src/eval/scorers/sql/judge-result.ts';
import type { Json } from '../../../../src/message.ts';

const strict = { ordered: false, extraColumns: false, emptyIsZero: false };

/** Columns are called by letters. */
function result(...rows: Json[][]) {
  return { columns: (rows[0] ?? []).map((_, at) => String.fromCharCode(97 + at)), rows };
}

test('columns are matched by what stands in them, rows in any order', () => {
  const right = result(['Ann', 3], ['Bo', 5], ['Bo', 7]);
  expect(compareResults(right, result([7, 'Bo'], [3, 'Ann'], [5, 'Bo']), strict)).toBeUndefined();
  expect(compareResults(right, result([7, 'Ann'], [3, 'Bo'], [5, 'Bo']), strict)).toMatch(
    /that is not right$/,
  );
});

test('two columns that hold the same values in other rows are not taken for one another', () => {
  const right = result([1, 2], [2, 1], [3, 3]);
  expect(compareResults(right, result([2, 1], [1, 2], [3, 3]), strict)).toBeUndefined();
  expect(compareResults(right, result([1, 1], [2, 2], [3, 3]), strict)).toBeDefined();
});

test('a row counts as often as it is there', () => {
  expect(compareResults(result([1], [1], [2]), result([1], [2], [2]), strict)).toBeDefined();
  expect(compareResults(result([1], [1]), result([1]), strict)).toBe('1 row where 2 are right');
});

test('an order is held to where it counts', () => {
  const right = result([1], [2]);
  expect(compareResults(right, result([2], [1]), { ...strict, ordered: true })).toBe(
    'the rows in another order',
  );
  expect(compareResults(right, result([2], [1]), strict)).toBeUndefined();
});

test('numbers agree within one in a million, whatever their type', () => {
  expect(compareResults(result(['115.2720000000']), result([115.272]), strict)).toBeUndefined();
  expect(compareResults(result([1_000_000]), result([1_000_000.5]), strict)).toBeUndefined();
  expect(compareResults(result([115.272]), result([115.27]), strict)).toBe('115.27 where 115.272 is right');
});

test('moments are compared by when they are, null with null alone', () => {
  expect(
    compareResults(result(['2025-07-01T00:00:00.000Z']), result(['2025-07-01']), strict),
  ).toBeUndefined();
  expect(
    compareResults(result(['2025-07-01T02:00:00+02:00']), result(['2025-07-01 00:00:00']), strict),
  ).toBeUndefined();
  expect(compareResults(result(['2025-07-01']), result(['2025-07-02']), strict)).toBeDefined();
  expect(compareResults(result([null]), result([0]), strict)).toBeDefined();
  expect(compareResults(result([null]), result([0]), { ...strict, emptyIsZero: true })).toBeUndefined();
  expect(
    compareResults(result([null]), { columns: ['a'], rows: [] }, { ...strict, emptyIsZero: true }),
  ).toBeUndefined();
});

test('columns beside those asked for are wrong unless they may be there', () => {
  const right = result(['Sports'], ['Games']);
  const more = result([74, 'Sports'], [61, 'Games']);
  expect(compareResults(right, more, strict)).toBe('2 columns where 1 is asked for');
  expect(compareResults(right, more, { ...strict, extraColumns: true })).toBeUndefined();
  expect(compareResults(more, right, { ...strict, extraColumns: true })).toBe(
    '1 column where 2 are asked for',
  );
});

test('of rows that tie at a limit any will do, or all of them, and no other', () => {
  const right = { result: result(['a']), ties: result(['a'], ['b'], ['c']) };
  expect(judgeResult(right, result(['b']), strict)).toBeUndefined();
  expect(judgeResult(right, result(['c'], ['b'], ['a']), strict)).toBeUndefined();
  expect(judgeResult(right, result(['d']), strict)).toBeDefined();
  expect(judgeResult(right, result(['a'], ['b']), strict)).toBeDefined();
});
