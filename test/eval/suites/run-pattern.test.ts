import { expect, test } from 'vitest';
import { runPattern } from '../../../src/eval/suites/run-pattern.ts';
import { whyNoPattern } from '../../../src/eval/suites/why-no-pattern.ts';

test('a pattern matches or not, as RegExp says', () => {
  expect(runPattern('^\\p{Lu}', 'Äpfel')).toBe(true);
  expect(runPattern('^\\p{Lu}', 'äpfel')).toBe(false);
  expect(() => runPattern('(', '')).toThrow(SyntaxError);
});

test('a pattern that would take years is given up in its time', () => {
  const started = performance.now();
  expect(runPattern('^(a|a)*$', `${'a'.repeat(60)}!`, 50)).toBe('out-of-time');
  expect(performance.now() - started).toBeLessThan(5_000);
  expect(runPattern('a', 'a')).toBe(true);
});

test.each(['(a+)+$', '^(\\w+\\s?)*$', '(x|x)*y', '^(\\d+)*$'])('%s is refused: it explodes', (pattern) =>
  expect(whyNoPattern(pattern)).toMatch(/time without end/),
);

test.each([
  '457',
  '^\\d{4}-\\d{2}-\\d{2}$',
  '(one|two|three) films?',
  '\\b(?:[1-9]\\d*|0)\\.\\d{2}\\b',
  '^[^@\\s]+@[^@\\s]+$',
  '(?<=total: )\\d+',
  '.*so.*',
])('%s is taken', (pattern) => expect(whyNoPattern(pattern)).toBeUndefined());
