import { expect, test } from 'vitest';
import { fitPassages } from '../../../src/knowledge/search/fit-passages.ts';
import type { Passage } from '../../../src/knowledge/search/search-knowledge.ts';

function passage(id: string, length: number): Passage {
  const text = 'One short sentence. '.repeat(length).slice(0, length);
  return { id, text } as Passage; // nothing else is looked at
}

const shown = (passages: Passage[], budget: number) =>
  fitPassages(passages, budget).map(({ id, text }) => [id, text.length]);

test('whole passages come first, and what is left over goes to the best of the others, cut behind a sentence', () => {
  expect(shown([passage('a', 500), passage('b', 900), passage('c', 400)], 2_000)).toEqual([
    ['a', 500],
    ['b', 900],
    ['c', 400],
  ]);
  const cut = fitPassages([passage('a', 500), passage('b', 900), passage('c', 400)], 1_500);
  expect(cut.map(({ id }) => id)).toEqual(['a', 'b']);
  const [first, second] = fitPassages([passage('a', 900), passage('b', 500)], 1_000);
  expect(first?.text).toHaveLength(900);
  expect(second).toBeUndefined();
  const [long] = fitPassages([passage('a', 900)], 600);
  expect(long?.text).toMatch(/sentence\. …$/);
  expect(long?.text.length).toBeLessThanOrEqual(600);
});

test('a cut is no longer than what is left, and splits no character', () => {
  const emoji = { id: 'a', text: '🎬'.repeat(400) } as Passage; // nothing else is looked at
  const [cut] = fitPassages([emoji], 501);
  expect(cut?.text.length).toBeLessThanOrEqual(501);
  expect(cut?.text.isWellFormed()).toBe(true);
});
