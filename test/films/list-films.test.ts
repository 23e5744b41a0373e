import { afterAll, beforeAll, expect, test } from 'vitest';
import { generateShop } from '../../src/films/generate-shop.ts';
import { getFilm } from '../../src/films/get-film.ts';
import { filmSorts, listFilms } from '../../src/films/list-films.ts';
import { loadShop } from '../../src/films/load-shop.ts';
import { makeTestDatabase, type TestDatabase } from '../support/test-database.ts';

let made: TestDatabase;
const shop = generateShop();
const all = { limit: 500, offset: 0 };

beforeAll(async () => {
  made = await makeTestDatabase();
  await loadShop(made.database.db, shop);
});
afterAll(() => made.drop());

test('a film comes with its language, category and actors, and with numbers as numbers', async () => {
  const film = await getFilm(made.database.db, 1);
  const row = shop.film[0];
  expect(film).toMatchObject({
    film_id: 1,
    title: row?.title,
    rental_rate: Number(row?.rental_rate),
    replacement_cost: Number(row?.replacement_cost),
    special_features: row?.special_features,
    last_update: '2025-09-01T00:00:00Z',
  });
  const cast = shop.film_actor.filter(({ film_id }) => film_id === 1).map(({ actor_id }) => actor_id);
  expect(film?.actors.map(({ actor_id }) => actor_id).toSorted((a, b) => a - b)).toEqual(
    cast.toSorted((a, b) => a - b),
  );
  expect(film?.language).toBe(film?.language.trim());
  expect(JSON.parse(JSON.stringify(film))).toEqual(film);
});

test('there is no film with a number that none has', async () => {
  expect(await getFilm(made.database.db, 999_999)).toBeUndefined();
});

test.each(filmSorts)('pages in the order of %s hold every film once', async (sort) => {
  for (const order of ['asc', 'desc'] as const) {
    const pages = [0, 120, 240].map((offset) =>
      listFilms(made.database.db, { sort, order, limit: 120, offset }),
    );
    const films = (await Promise.all(pages)).flatMap((page) => page.films);
    expect(new Set(films.map((film) => film.film_id)).size).toBe(300);
    expect(films).toHaveLength(300);
    const values = films.map((film) => film[sort]);
    if (sort !== 'title') {
      const numbers = values.map(Number);
      expect(numbers).toEqual(numbers.toSorted((a, b) => (order === 'asc' ? a - b : b - a)));
    }
  }
});

test('a page beyond the last is empty and still tells the total', async () => {
  expect(await listFilms(made.database.db, { limit: 10, offset: 5_000 })).toEqual({ films: [], total: 300 });
});

test('every filter holds, and names match in any case', async () => {
  const query = { ...all, category: 'cOMEDY', language: 'ENGLISH', rating: 'R', minLength: 80 } as const;
  const { films, total } = await listFilms(made.database.db, { ...query, maxLength: 160 });
  expect(films.length).toBeGreaterThan(0);
  expect(total).toBe(films.length);
  for (const film of films) {
    expect(film).toMatchObject({ category: 'Comedy', language: 'English', rating: 'R' });
    expect(film.length).toBeGreaterThanOrEqual(80);
    expect(film.length).toBeLessThanOrEqual(160);
  }
});

test('a year filters', async () => {
  const year = Number(shop.film[0]?.release_year);
  const { total } = await listFilms(made.database.db, { ...all, releaseYear: year });
  expect(total).toBe(shop.film.filter((film) => film.release_year === year).length);
});

test('words are looked for in title and description, and parts in the title', async () => {
  const byWord = await listFilms(made.database.db, { ...all, q: 'elephants' });
  expect(byWord.films.length).toBeGreaterThan(0);
  for (const film of byWord.films)
    expect(`${film.title} ${film.description}`.toLowerCase()).toContain('elephant');
  const byPart = await listFilms(made.database.db, { ...all, q: 'ighthous' });
  expect(byPart.films.length).toBeGreaterThan(0);
});

test.each(['100%', '_', '\\', "o'clock", '"', '& | !', '-- drop'])(
  '%s is a text like any other',
  async (q) => {
    expect((await listFilms(made.database.db, { ...all, q })).total).toBeLessThan(300);
  },
);
