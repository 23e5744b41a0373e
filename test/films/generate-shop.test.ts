import { expect, test } from 'vitest';
import { generateShop } from '../../src/films/generate-shop.ts';
import { seededRandom } from '../../src/films/seeded-random.ts';

const shop = generateShop();

test('the same seed makes the same shop, and another seed another', () => {
  expect(generateShop()).toEqual(shop);
  expect(generateShop(7).film).not.toEqual(shop.film);
});

test('the shop has the size that it says', () => {
  const sizes = Object.fromEntries(Object.entries(shop).map(([table, rows]) => [table, rows.length]));
  expect(sizes).toMatchObject({ film: 300, actor: 100, category: 16, language: 6, store: 2, customer: 150 });
  expect(sizes.rental).toBeGreaterThan(3_500);
  expect(sizes.rental).toBeLessThan(4_500);
});

test('no two films have the same title', () => {
  expect(new Set(shop.film.map((film) => film.title)).size).toBe(shop.film.length);
});

test('every plot of every category is filmed', () => {
  const categories = new Set(shop.film_category.map((row) => row.category_id));
  expect(categories.size).toBe(16);
  expect(shop.film.filter((film) => film.description?.includes('lighthouse keeper')).length).toBeGreaterThan(
    0,
  );
});

test('a copy is never out twice at once', () => {
  const free = new Map<number, string>();
  for (const { inventory_id, rental_date, return_date } of shop.rental) {
    expect(String(rental_date) >= (free.get(inventory_id) ?? '')).toBe(true);
    free.set(inventory_id, return_date === null ? '9' : String(return_date));
  }
});

test('rentals lie in the half year from March to August 2025, and some copies are still out', () => {
  const dates = shop.rental.map((rental) => String(rental.rental_date)).sort();
  expect(dates[0]?.slice(0, 7)).toBe('2025-03');
  expect(dates.at(-1)?.slice(0, 7)).toBe('2025-08');
  const out = shop.rental.filter((rental) => rental.return_date === null).length;
  expect(out).toBeGreaterThan(50);
  expect(out).toBeLessThan(400);
});

test('each returned rental is paid once, with a dollar more for each day late', () => {
  const rentals = new Map(shop.rental.map((rental) => [rental.rental_id, rental]));
  const films = new Map(shop.film.map((film) => [film.film_id, film]));
  const copies = new Map(shop.inventory.map((copy) => [copy.inventory_id, films.get(copy.film_id)]));
  expect(shop.payment.length).toBe(shop.rental.filter((rental) => rental.return_date !== null).length);
  for (const payment of shop.payment) {
    const rental = rentals.get(payment.rental_id);
    const film = copies.get(rental?.inventory_id ?? 0);
    const days =
      (Date.parse(String(rental?.return_date)) - Date.parse(String(rental?.rental_date))) / 86_400_000;
    const late = Math.max(0, Math.ceil(days - (film?.rental_duration ?? 0)));
    expect(payment.amount).toBe((Number(film?.rental_rate) + late).toFixed(2));
    expect(payment.customer_id).toBe(rental?.customer_id);
  }
});

test('some films are in no store, and some copies were never rented', () => {
  const stocked = new Set(shop.inventory.map((copy) => copy.film_id));
  const rented = new Set(shop.rental.map((rental) => rental.inventory_id));
  expect(stocked.size).toBeLessThan(shop.film.length);
  expect(rented.size).toBeLessThan(shop.inventory.length);
});

test('whole numbers cover their range evenly', () => {
  const random = seededRandom(1);
  const counts = new Map<number, number>();
  for (let n = 0; n < 6_000; n++) {
    const value = random.whole(1, 6);
    counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  expect([...counts.keys()].sort()).toEqual([1, 2, 3, 4, 5, 6]);
  for (const count of counts.values()) expect(Math.abs(count - 1_000)).toBeLessThan(150);
});

test('a sample has no item twice', () => {
  const sample = seededRandom(3).sample([1, 2, 3, 4, 5], 5);
  expect(sample.toSorted()).toEqual([1, 2, 3, 4, 5]);
});
