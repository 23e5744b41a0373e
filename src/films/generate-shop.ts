import { generateFilms } from './generate-films.ts';
import { generatePeople } from './generate-people.ts';
import { generateRentals } from './generate-rentals.ts';
import { seededRandom } from './seeded-random.ts';
import type { Shop } from './shop-tables.ts';

/**
 * Makes a film rental shop: 300 films, 100 actors, 150 customers, two stores and about 4,000 rentals in
 * the half year from 1 March to 31 August 2025 (UTC). The same seed gives the same shop, to the last byte.
 */
export function generateShop(seed = 20250301): Shop {
  const random = seededRandom(seed);
  const films = generateFilms(random);
  const people = generatePeople(random);
  return { ...films, ...people, ...generateRentals(random, films.film, people) };
}
