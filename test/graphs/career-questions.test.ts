import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  type Asked,
  askDesk,
  isCited,
  isFound,
  isHonest,
  isRight,
  isRouted,
  type Library,
  openLibrary,
  readQuestions,
  root,
  tell,
} from './support/questions.ts';

const questions = readQuestions('career-questions.yaml');
const shelf = path.join(root, 'articles/career');

let library: Library;

beforeAll(async () => {
  library = await openLibrary('career', ['articles/career']);
}, 300_000);
afterAll(() => library.close());

async function askAll(declines: boolean): Promise<Asked[]> {
  const asked: Asked[] = [];
  for (const one of questions.filter((question) => question.declines === declines))
    asked.push(await askDesk(library.context, 'career', one));
  return asked;
}

test('there are enough articles and questions, and each question names an article that is there', () => {
  const articles = readdirSync(shelf);
  expect(articles.length).toBeGreaterThanOrEqual(25);
  for (const article of articles) {
    const words = readFileSync(path.join(shelf, article), 'utf8').split(/\s+/).length;
    expect(words, article).toBeGreaterThan(400);
    expect(words, article).toBeLessThan(900);
  }
  expect(questions.filter(({ declines }) => !declines).length).toBeGreaterThanOrEqual(30);
  expect(questions.filter(({ declines }) => declines).length).toBeGreaterThanOrEqual(10);
  expect(questions.flatMap(({ page = [] }) => page).filter((page) => !articles.includes(page))).toEqual([]);
});

test('what the articles answer is answered from the article that does, with its citation', async () => {
  const asked = await askAll(false);
  const routed = tell('routed right', asked, isRouted);
  const found = tell('a page that answers found', asked, isFound);
  const honest = tell('no other page cited', asked, isHonest);
  const cited = tell('the right article cited', asked, isCited);
  const right = tell('with the words that answer', asked, isRight);
  expect(routed).toBeGreaterThanOrEqual(0.85);
  expect(found).toBeGreaterThanOrEqual(0.9);
  expect(honest).toBeGreaterThanOrEqual(0.9);
  expect(cited).toBeGreaterThanOrEqual(0.85);
  expect(right).toBeGreaterThanOrEqual(0.55);
}, 300_000);

test('what the articles cannot answer is declined', async () => {
  const asked = await askAll(true);
  expect(tell('declined right', asked, ({ declined }) => declined)).toBeGreaterThanOrEqual(0.9);
}, 300_000);
