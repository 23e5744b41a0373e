import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { readSuites } from '../../src/eval/suites/read-suites.ts';

const root = path.resolve(import.meta.dirname, '../..');

test('there are enough articles, and none is a note or a book', () => {
  const shelf = path.join(root, 'articles/career');
  const articles = readdirSync(shelf);
  expect(articles.length).toBeGreaterThanOrEqual(25);
  for (const article of articles) {
    const words = readFileSync(path.join(shelf, article), 'utf8').split(/\s+/).length;
    expect(words, article).toBeGreaterThan(400);
    expect(words, article).toBeLessThan(900);
  }
});

test.each([
  ['career', 'articles/career'],
  ['support', 'docs'],
])('what cases of the suite %s cite is there', async (name, folder) => {
  const { suites, problems } = await readSuites(root, [name]);
  expect(problems).toEqual([]);
  const pages = new Set(readdirSync(path.join(root, folder)));
  const cited = suites.flatMap(({ cases }) =>
    cases.flatMap(({ turns }) => turns.flatMap(({ expect: { cites } }) => cites?.anyOf ?? [])),
  );
  expect(cited.length).toBeGreaterThan(30);
  expect(cited.filter((page) => !pages.has(page))).toEqual([]);
});
