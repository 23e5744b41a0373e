import { expect, test } from 'vitest';
import { isSameStatement } from '../../src/sql/same-statement.ts';

test.each([
  ['select a from t where b = 1', 'SELECT a\nFROM t -- why not\nWHERE (b = 1);', true],
  ['select A from T', 'select a from t', true],
  ['select "A" from t', 'select a from t', false],
  ['select a from t where b = 1', 'select a from t where b = 2', false],
  ["select a from t where b = 'x'", "select a from t where b = 'X'", false],
  ['select a, b from t', 'select b, a from t', false],
  ['select 1; select 2', 'select 1; select 2', false],
  ['delete from t', 'delete from t', false],
  ['no sql', 'no sql', false],
])('%j and %j are one statement: %s', async (one, other, same) => {
  expect(await isSameStatement(one, other)).toBe(same);
  expect(await isSameStatement(other, one)).toBe(same);
});
