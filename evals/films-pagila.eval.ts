import { existsSync } from 'node:fs';
import path from 'node:path';
import type { AppContext } from '../src/app-context.ts';
import { importFilms } from '../src/commands/import.ts';
import { defineSuite, type SuitePlace } from '../src/eval/suites/define-suite.ts';
import { asOwner } from '../src/tenancy.ts';

const folder = '../shared/data/film_rental';

/**
 * Questions on the real shop, in the words that people use. `gold` is how the expected values are found: on purpose another statement than the
 * agent's examples hold. Dates are UTC.
 */
const questions = [
  {
    id: 'many-movies-run-more',
    ask: 'How many movies run for more than 2 hours?',
    facts: ['457'],
    gold: `select count(*) filter (where length > 120) from film`,
  },
  {
    id: 'many-horror-films',
    ask: 'How many horror films do you have?',
    facts: ['56'],
    gold: `select count(film_id) from (select f.*, c.name as cat from film f, film_category fc, category c where f.film_id = fc.film_id and fc.category_id = c.category_id) as listed where cat = 'Horror'`,
  },
  {
    id: 'many-films-rating-pg',
    ask: 'How many of the films have the rating PG-13?',
    facts: ['223'],
    gold: `select count(*) from film where rating = 'PG-13'`,
  },
  {
    id: 'category-holds-largest-number',
    ask: 'Which category holds the largest number of films?',
    facts: ['Sports', '74'],
    gold: `select c.name, count(*) as n from film_category f, category c where f.category_id = c.category_id group by c.name order by n desc, c.name limit 1`,
  },
  {
    id: 'average-running-time-film',
    ask: "What's the average running time of a film?",
    facts: ['115.27'],
    gold: `select round(sum(length)::numeric / count(length), 2) from film`,
  },
  {
    id: 'film-gets-rented-most',
    ask: 'Which film gets rented the most often?',
    facts: ['BUCKET BROTHERHOOD', '34'],
    gold: `select f.title, count(*) as n from rental r, inventory i, film f where r.inventory_id = i.inventory_id and f.film_id = i.film_id group by f.film_id, f.title order by n desc, f.title limit 1`,
  },
  {
    id: 'top-3-customers-by',
    ask: 'Who are our top 3 customers by total payments?',
    facts: ['SEAL', '221.55', 'HUNT', '216.54', 'SHAW', '195.58'],
    gold: `select c.first_name, c.last_name, sum(amount) as d from payment p, customer c where p.customer_id = c.customer_id group by c.customer_id, c.first_name, c.last_name order by d desc, c.last_name, c.first_name limit 3`,
  },
  {
    id: 'many-rentals-havent-returned',
    ask: "How many rentals haven't been returned yet?",
    facts: ['183'],
    gold: `select count(*) - count(return_date) from rental`,
  },
  {
    id: 'many-films-never-rented',
    ask: 'How many of our films have never been rented out?',
    facts: ['42'],
    gold: `select count(*) from (select film_id from film except select film_id from inventory where inventory_id in (select inventory_id from rental)) x`,
  },
  {
    id: 'all-payments-add-up',
    ask: 'What do all payments add up to?',
    facts: ['67416.51'],
    gold: `select sum(amount) from payment`,
  },
  {
    id: 'actor-played-most-films',
    ask: 'Which actor has played in the most films?',
    facts: ['GINA', 'DEGENERES', '42'],
    gold: `select a.first_name, a.last_name, count(*) as n from film_actor f, actor a where f.actor_id = a.actor_id group by a.actor_id, a.first_name, a.last_name order by n desc, a.last_name, a.first_name limit 1`,
  },
  {
    id: 'many-customers-shop',
    ask: 'How many customers does the shop have?',
    facts: ['599'],
    gold: `select count(*) from customer`,
  },
  {
    id: 'many-customers-inactive',
    ask: 'How many of the customers are inactive?',
    facts: ['15'],
    gold: `select count(case active when 0 then 1 end) from customer`,
  },
  {
    id: 'country-most-customers-live',
    ask: 'Which country do most of our customers live in?',
    facts: ['India', '60'],
    gold: `select co.country, count(*) as n from customer cu, address a, city ci, country co where cu.address_id = a.address_id and a.city_id = ci.city_id and ci.country_id = co.country_id group by co.country order by n desc, co.country limit 1`,
  },
  {
    id: 'many-copies-each-store',
    ask: 'How many copies are in each store?',
    facts: ['2270', '2311'],
    gold: `select store_id, count(inventory_id) from inventory group by 1`,
  },
  {
    id: 'month-had-most-rentals',
    ask: 'What month had the most rentals?',
    facts: ['2005-07', '6739'],
    gold: `select to_char(m, 'YYYY-MM') as m, n from (select date_trunc('month', rental_date) as m, count(*) as n from rental group by 1) as months order by n desc, m limit 1`,
  },
  {
    id: 'category-made-most-money',
    ask: 'Which category made the most money?',
    facts: ['Sports', '5314.21'],
    gold: `select c.name, sum(amount) as d from payment p, rental r, inventory i, film_category f, category c where p.rental_id = r.rental_id and r.inventory_id = i.inventory_id and i.film_id = f.film_id and f.category_id = c.category_id group by c.name order by d desc, c.name limit 1`,
  },
  {
    id: 'highest-replacement-cost-film',
    ask: "What's the highest replacement cost of any film?",
    facts: ['29.99'],
    gold: `select max(replacement_cost) from film`,
  },
  {
    id: 'many-films-actor-penelope',
    ask: 'In how many films does the actor Penelope Guiness play?',
    facts: ['19'],
    gold: `select count(*) from film_actor where actor_id in (select actor_id from actor where first_name = 'PENELOPE' and last_name = 'GUINESS')`,
  },
  {
    id: 'plays-academy-dinosaur',
    ask: 'Who plays in Academy Dinosaur?',
    facts: ['GUINESS', 'GABLE', 'TRACY', 'PECK', 'CAGE', 'TEMPLE', 'NOLTE', 'KILMER', 'DUKAKIS', 'KEITEL'],
    gold: `select first_name, last_name from actor where actor_id in (select actor_id from film_actor where film_id = (select film_id from film where title = 'ACADEMY DINOSAUR'))`,
  },
  {
    id: 'much-eleanor-hunt-paid',
    ask: 'How much has Eleanor Hunt paid in total?',
    facts: ['216.54'],
    gold: `select sum(amount) from payment where customer_id = (select customer_id from customer where last_name = 'HUNT' and first_name = 'ELEANOR')`,
  },
  {
    id: 'long-film-african-egg',
    ask: 'How long is the film African Egg?',
    facts: ['130'],
    gold: `select length from film where title = 'AFRICAN EGG'`,
  },
  {
    id: 'many-rentals-were-brought',
    ask: 'How many rentals were brought back late?',
    facts: ['8121'],
    gold: `select count(*) from rental r join inventory i on r.inventory_id = i.inventory_id join film f on f.film_id = i.film_id where r.return_date - r.rental_date > make_interval(days => f.rental_duration)`,
  },
  {
    id: 'customer-rented-most',
    ask: 'Which customer has rented the most?',
    facts: ['ELEANOR', 'HUNT', '46'],
    gold: `select c.first_name, c.last_name, count(*) as n from rental r, customer c where r.customer_id = c.customer_id group by c.customer_id, c.first_name, c.last_name order by n desc, c.last_name, c.first_name limit 1`,
  },
  {
    id: 'film-earned-most',
    ask: 'Which film earned the most?',
    facts: ['TELEGRAPH VOYAGE', '231.73'],
    gold: `select f.title, sum(amount) as d from payment p, rental r, inventory i, film f where p.rental_id = r.rental_id and r.inventory_id = i.inventory_id and i.film_id = f.film_id group by f.film_id, f.title order by d desc, f.title limit 1`,
  },
  {
    id: 'many-films-cost-099',
    ask: 'How many films cost 0.99 dollars to rent?',
    facts: ['341'],
    gold: `select count(*) from film where rental_rate * 100 = 99`,
  },
  {
    id: 'day-very-first-rental',
    ask: 'On what day was the very first rental?',
    facts: ['2005-05-24'],
    gold: `select date(min(rental_date)) from rental`,
  },
  {
    id: 'many-copies-academy-dinosaur',
    ask: 'How many copies of Academy Dinosaur do we own?',
    facts: ['8'],
    gold: `select count(*) from inventory where film_id = (select film_id from film where title = 'ACADEMY DINOSAUR')`,
  },
  {
    id: 'many-films-arent-inventory',
    ask: "How many films aren't in the inventory of any store?",
    facts: ['42'],
    gold: `select count(*) from film where film_id not in (select film_id from inventory)`,
  },
  {
    id: 'average-length-comedy-films',
    ask: "What's the average length of comedy films?",
    facts: ['115.83'],
    gold: `select round(sum(length)::numeric / count(length), 2) from (select f.*, c.name as cat from film f, film_category fc, category c where f.film_id = fc.film_id and fc.category_id = c.category_id) as listed where cat = 'Comedy'`,
  },
  {
    id: 'often-bucket-brotherhood-rented',
    ask: 'How often has Bucket Brotherhood been rented?',
    facts: ['34'],
    gold: `select count(*) from rental where inventory_id in (select inventory_id from inventory where film_id = (select film_id from film where title = 'BUCKET BROTHERHOOD'))`,
  },
  {
    id: 'category-zorro-ark-belong',
    ask: 'Which category does Zorro Ark belong to?',
    facts: ['Comedy'],
    gold: `select name from category where category_id in (select category_id from film_category where film_id in (select film_id from film where title = 'ZORRO ARK'))`,
  },
  {
    id: 'many-customers-live-canada',
    ask: 'How many customers live in Canada?',
    facts: ['5'],
    gold: `select count(*) from (select co.country from customer cu, address a, city ci, country co where cu.address_id = a.address_id and a.city_id = ci.city_id and ci.country_id = co.country_id) as customer_list where country = 'Canada'`,
  },
  {
    id: 'staff-handled-most-rentals',
    ask: 'Who of the staff handled the most rentals?',
    facts: ['Mike', 'Hillyer', '8040'],
    gold: `select s.first_name, s.last_name, count(*) as n from rental r, staff s where r.staff_id = s.staff_id group by s.staff_id, s.first_name, s.last_name order by n desc, s.staff_id limit 1`,
  },
  {
    id: 'many-days-rental-last',
    ask: 'How many days does a rental last, on average?',
    facts: ['5.03'],
    gold: `select round((sum(extract(epoch from return_date) - extract(epoch from rental_date)) / 86400 / count(return_date))::numeric, 2) from rental`,
  },
];

export const suite = defineSuite({
  description: 'Questions on the real film shop, by its dump.',
  graph: 'films',
  tags: ['counting', 'sql'],
  unavailable,
  setup: importShop,
  cases: questions.map(({ id, ask, facts, gold }) => ({
    id,
    ask,
    expect: {
      path: ['triage', 'sql', 'answer'],
      calls: ['run_sql'],
      facts,
      sql: { gold, extraColumns: true },
    },
  })),
});

function unavailable({ projectDir }: SuitePlace): string | undefined {
  const dump = path.resolve(projectDir, folder);
  return existsSync(dump) ? undefined : `The dump of the real film shop is not at ${dump}.`;
}

/** Replaces the project's own shop. */
async function importShop({ database, embedder, config }: AppContext): Promise<void> {
  const dump = path.resolve(config.projectDir, folder);
  await asOwner(() => importFilms({ database, embedder }, dump, () => undefined));
}
