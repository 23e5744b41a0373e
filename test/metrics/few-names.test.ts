import { expect, test } from 'vitest';
import { fewNames } from '../../src/metrics/few-names.ts';

test('names are kept as they are until there are too many of them', () => {
  const few = fewNames(2);
  expect(['a', 'b', 'c', 'a', 'd'].map(few)).toEqual(['a', 'b', 'other', 'a', 'other']);
});
