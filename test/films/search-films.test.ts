import { afterAll, beforeAll, expect, test } from 'vitest';
import { embedFilms } from '../../src/films/embed-films.ts';
import { ensureShop } from '../../src/films/load-shop.ts';
import { withoutRequestWords } from '../../src/films/request-words.ts';
import { searchFilms } from '../../src/films/search-films.ts';
import type { Embedder } from '../../src/model/embedder.ts';
import { createLocalEmbedder } from '../../src/model/local-embedder.ts';
import { makeTestDatabase, type TestDatabase } from '../support/test-database.ts';

let made: TestDatabase;
const embedder = createLocalEmbedder();

beforeAll(async () => {
  made = await makeTestDatabase();
  await ensureShop(made.database.db, embedder);
});
afterAll(() => made.drop());

const search = (query: string, filters = {}, limit = 5) =>
  searchFilms(made.database.db, embedder, { query, limit, filters });

/** What is asked, and words of the description that make a hit right. */
const judged: [query: string, right: RegExp][] = [
  ['a film about a lighthouse keeper', /lighthouse keeper/],
  ['bank robbery with a safecracker', /bank heist/],
  ['Is there a movie with dragons and puppets?', /paper dragon/],
  ['somebody who is stuck in the same day, time travel', /time traveller/],
  ['old punks on tour', /punk band/],
  ['penguins who bake', /penguin opens a bakery/],
  ['a whale documentary', /blue whale/],
  ['boxing girl trained by a priest', /girl boxer/],
  ['murder on a sleeping train', /sleeping car/],
  ['love letters on a ferry', /ferryman/],
  ['haunted asylum', /abandoned asylum/],
  ['vampires working at night', /vampire/],
  ['aliens that talk by smell', /speak only in smells/],
  ['gunfight at noon with a sheriff', /sheriff/],
  ['children hiding an elephant', /elephant/],
  ['a race around the world in balloons', /balloonists/],
  ['chess player who gives up', /chess prodigy/],
  ['wedding gone wrong', /wedding planner/],
  ['stolen violin', /Stradivarius/],
  ['last forest under a glass dome', /last forest/],
];

test('of twenty questions, eighteen have a right film among the first five hits', async () => {
  const missed: string[] = [];
  for (const [query, right] of judged) {
    const hits = await search(query);
    if (!hits.some((hit) => right.test(hit.description ?? ''))) missed.push(query);
  }
  expect(judged.length - missed.length, `missed: ${missed.join('; ')}`).toBeGreaterThanOrEqual(18);
});

test('a hit says what the film is and where it stood in both lists', async () => {
  const [first] = await search('lighthouse keeper');
  expect(first).toMatchObject({
    film_id: expect.any(Number),
    title: expect.any(String),
    category: 'Drama',
    release_year: expect.any(Number),
    length: expect.any(Number),
    rating: expect.any(String),
  });
  const { meaning, words } = first?.parts ?? {};
  expect(first?.score).toBeCloseTo(1 / (60 + (meaning ?? 0)) + 1 / (60 + (words ?? 0)), 10);
});

test('hits are within the filters', async () => {
  const hits = await search('a horse', { category: 'western', minLength: 90, maxLength: 150 }, 20);
  expect(hits.length).toBeGreaterThan(0);
  for (const hit of hits) {
    expect(hit.category).toBe('Western');
    expect(hit.length).toBeGreaterThanOrEqual(90);
    expect(hit.length).toBeLessThanOrEqual(150);
  }
});

test('a filter that nothing passes gives no hits', async () => {
  expect(await search('a horse', { category: 'no such' })).toEqual([]);
});

test.each([
  ['an apostrophe', "it's"],
  ['a backslash', '\\'],
  ['a statement', "'; drop table films.film; --"],
  ['the operators of text search', 'a & b | !c <-> d:*'],
  ['a text without words', '…'],
  ['another script', '日本'],
  ['a very long word', 'x'.repeat(5_000)],
])('%s can be searched for', async (_, query) => {
  await expect(search(query)).resolves.toBeInstanceOf(Array);
});

test('vectors of another model are not compared', async () => {
  const other: Embedder = { model: 'other', dimensions: 2, embed: async (texts) => texts.map(() => [1, 0]) };
  const query = { query: 'lighthouse keeper', limit: 5 };
  const before = await searchFilms(made.database.db, other, query);
  expect(before.every((hit) => hit.parts.meaning === null)).toBe(true);
  await embedFilms(made.database.db, other);
  const after = await searchFilms(made.database.db, other, query);
  expect(after.some((hit) => hit.parts.meaning !== null)).toBe(true);
});

test('a search of a cancelled turn rejects with the reason', async () => {
  const signal = AbortSignal.abort(new Error('cancelled'));
  const searching = searchFilms(made.database.db, embedder, { query: 'a', limit: 1, signal });
  await expect(searching).rejects.toThrow('cancelled');
});

test('words that only ask are left out, unless there are no others', () => {
  expect(withoutRequestWords('Can you recommend a film about a shark?')).toBe('shark?');
  expect(withoutRequestWords('What is it about?')).toBe('What is it about?');
});
