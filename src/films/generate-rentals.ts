import { lastUpdate } from './generate-films.ts';
import type { People } from './generate-people.ts';
import type { SeededRandom } from './seeded-random.ts';
import type { Shop } from './shop-tables.ts';

type Film = Shop['film'][number];
type Rentals = Pick<Shop, 'inventory' | 'rental' | 'payment'>;
type Stay = { inventory_id: number; store_id: number; film: Film; from: number; until: number };

const day = 86_400_000;
const opening = Date.parse('2025-03-01T00:00:00Z');
const closing = Date.parse('2025-09-01T00:00:00Z');
/** Dollars for each day begun after the rental's duration. */
const lateFee = 1;

/**
 * Copies of most films, and half a year of rentals. A copy is never out twice at once. What is not back by
 * the end of August is not returned, and not paid: payment is taken on return, the rate and a late fee.
 */
export function generateRentals(random: SeededRandom, films: Film[], people: People): Rentals {
  const inventory: Rentals['inventory'] = [];
  const stays: Stay[] = [];
  for (const film of films) {
    const popularity = random.fraction() ** 2; // few films are popular
    const copies = random.chance(0.06) ? 0 : 1 + Math.round(popularity * 4);
    for (let copy = 0; copy < copies; copy++) {
      const inventory_id = inventory.length + 1;
      const store_id = random.whole(1, people.store.length);
      inventory.push({ inventory_id, film_id: film.film_id ?? 0, store_id, last_update: lastUpdate });
      if (!random.chance(0.04)) stays.push(...staysOf(random, { inventory_id, store_id, film }, popularity));
    }
  }
  stays.sort((a, b) => a.from - b.from || a.inventory_id - b.inventory_id);
  const rental = stays.map((stay, index) => toRental(random, stay, index + 1, people));
  return { inventory, rental, payment: toPayments(rental, stays) };
}

/** One copy's half year: out, back, on the shelf, out again. */
function staysOf(
  random: SeededRandom,
  copy: Pick<Stay, 'inventory_id' | 'store_id' | 'film'>,
  popularity: number,
): Stay[] {
  const stays: Stay[] = [];
  const shelfDays = 38 - 24 * popularity;
  let from = opening + random.fraction() * shelfDays * day;
  while (from < closing) {
    const start = inOpeningHours(random, from);
    const until = inOpeningHours(random, start + (1 + random.fraction() * 8.5) * day);
    if (start >= closing) break;
    stays.push({ ...copy, from: start, until });
    from = until + (1 + random.fraction() * 2 * shelfDays) * day;
  }
  return stays;
}

/** Ten in the morning to ten at night of the same day, to the second. */
function inOpeningHours(random: SeededRandom, moment: number): number {
  return Math.floor(moment / day) * day + random.whole(10 * 3600, 22 * 3600) * 1000;
}

function toRental(
  random: SeededRandom,
  stay: Stay,
  rental_id: number,
  { customer, staff }: People,
): Rentals['rental'][number] {
  const regular = random.chance(0.5) ? customer.slice(0, customer.length / 4) : customer;
  const team = staff.filter((member) => member.store_id === stay.store_id);
  return {
    rental_id,
    rental_date: new Date(stay.from).toISOString(),
    inventory_id: stay.inventory_id,
    customer_id: random.pick(regular).customer_id ?? 0,
    return_date: stay.until < closing ? new Date(stay.until).toISOString() : null,
    staff_id: random.pick(team).staff_id ?? 0,
    last_update: lastUpdate,
  };
}

function toPayments(rentals: Rentals['rental'], stays: Stay[]): Rentals['payment'] {
  const returned = rentals.flatMap((rental, index) => {
    const stay = stays[index];
    return stay && rental.return_date ? [{ rental, stay, paid: stay.until }] : [];
  });
  returned.sort((a, b) => a.paid - b.paid || (a.rental.rental_id ?? 0) - (b.rental.rental_id ?? 0));
  return returned.map(({ rental, stay }, index) => ({
    payment_id: index + 1,
    customer_id: rental.customer_id,
    staff_id: rental.staff_id,
    rental_id: rental.rental_id ?? 0,
    amount: amountDue(stay).toFixed(2),
    payment_date: new Date(stay.until).toISOString(),
  }));
}

function amountDue({ film, from, until }: Stay): number {
  const late = Math.max(0, Math.ceil((until - from) / day - (film.rental_duration ?? 3)));
  return Number(film.rental_rate) + late * lateFee;
}
