/** A question to the film shop: a statement that answers it, others that say the same, and others that do not though they look like it. */
export interface Rewritten {
  gold: string;
  same: string[];
  other: string[];
}

export const rewritings: Rewritten[] = [
  {
    gold: 'select count(*) as films from film where length > 120',
    same: [
      'select sum(case when length > 120 then 1 else 0 end) from film',
      'select count(*) from film where length >= 121',
      'select count(film_id) from film where not (length <= 120)',
      'select count(*) filter (where length > 2 * 60) as n from film',
      'with long as (select film_id from film where length > 120) select count(distinct film_id) from long',
      'select count(length) from films.film where films.film.length > 120',
    ],
    other: [
      'select count(*) from film where length >= 120',
      'select 457',
      'select count(*) from film where coalesce(length, 121) > 120',
      'select count(distinct title) from film where length between 121 and 180',
      'select count(*) from film join film_actor using (film_id) where length > 120',
    ],
  },
  {
    gold: "select count(*) from film join film_category using (film_id) join category using (category_id) where name = 'Horror'",
    same: [
      "select count(fc.film_id) from film_category fc, category c where fc.category_id = c.category_id and c.name = 'Horror'",
      "select count(*) from film where film_id in (select film_id from film_category join category using (category_id) where category.name = 'Horror')",
      "select count(*) from film f where exists (select from film_category fc join category c using (category_id) where fc.film_id = f.film_id and c.name = 'Horror')",
      "select count(*) from film_category where category_id = (select category_id from category where name = 'Horror')",
      "select count(*) as n from film_category join category using (category_id) where lower(name) = 'horror'",
      "select count(distinct film.film_id) as films from film join language using (language_id) left join film_category using (film_id) left join category using (category_id) where lower('horror') in (lower(category.name), lower(film.rating::text), lower(trim(language.name)))",
    ],
    other: [
      'select count(*) from film_category where category_id = 11',
      "select count(*) from film join film_category using (film_id) join category using (category_id) where name <> 'Action' and name = 'Horror' and length > 0",
      "select count(*) from film join film_category using (film_id) join category using (category_id) where name like 'Ho%'",
      "select count(distinct replacement_cost + length * 100) from film join film_category using (film_id) join category using (category_id) where name = 'Horror'",
    ],
  },
  {
    gold: 'select count(*) from rental where return_date is null',
    same: [
      'select count(*) - count(return_date) from rental',
      'select sum(case when return_date is null then 1 else 0 end) as out from rental',
      'select count(rental_id) from rental where not (return_date is not null)',
      'select count(*) from rental r where r.return_date is not distinct from null',
    ],
    other: [
      "select count(*) from rental where return_date is null and rental_date >= '2025-01-01'",
      'select count(distinct inventory_id) from rental where return_date is null',
      'select count(*) from rental join payment using (rental_id) where return_date is null',
      'select count(distinct customer_id) + 25 from rental where return_date is null',
    ],
  },
  {
    gold: 'select title from film join inventory using (film_id) join rental using (inventory_id) group by film.film_id order by count(*) desc limit 1',
    same: [
      'select title from (select title, count(*) n, rank() over (order by count(*) desc) r from rental r join inventory i on i.inventory_id = r.inventory_id join film f on f.film_id = i.film_id group by f.film_id) x where r = 1',
      'select f.title from rental r join inventory i using (inventory_id) join film f using (film_id) group by f.film_id, f.title order by count(r.rental_id) desc, f.title limit 1',
      'with counts as (select film_id, count(*) n from rental join inventory using (inventory_id) group by film_id) select title from counts join film using (film_id) where n = (select max(n) from counts)',
      'select title from film where film_id = (select film_id from inventory join rental using (inventory_id) group by film_id order by count(*) desc limit 1)',
    ],
    other: [
      "select 'BUCKET BROTHERHOOD'",
      'select title from film join inventory using (film_id) group by film.film_id order by count(*) desc limit 1',
      'select title from film join inventory using (film_id) join rental using (inventory_id) where length >= 100 group by film.film_id order by count(*) desc limit 1',
      'select title from film join inventory using (film_id) join rental using (inventory_id) group by film.film_id order by count(distinct customer_id) desc limit 1',
      'select title from film join inventory using (film_id) join rental using (inventory_id) group by film.film_id order by count(return_date) desc, title limit 1',
    ],
  },
  {
    gold: 'select count(*) from film where film_id not in (select film_id from inventory)',
    same: [
      'select count(*) from film left join inventory using (film_id) where inventory_id is null',
      'select count(*) from (select film_id from film except select film_id from inventory) x',
      'select count(*) from film f where not exists (select from inventory i where i.film_id = f.film_id)',
      'select (select count(*) from film) - count(distinct film_id) from inventory',
    ],
    other: [
      'select 1000 - count(distinct film_id) from inventory',
      'select count(*) from film where film_id not in (select film_id from inventory join rental using (inventory_id))',
      'select count(*) from film where film_id not in (select film_id from inventory) and length > 45',
      'select count(distinct title) from film left join inventory using (film_id) where store_id is null and rental_rate < 10',
      'select 42',
    ],
  },
  {
    gold: "select sum(amount) from payment join customer using (customer_id) where first_name = 'Anselm' and last_name = 'Ekman'",
    same: [
      "select sum(amount) from payment where customer_id = (select customer_id from customer where last_name = 'Ekman' and first_name = 'Anselm')",
      "select coalesce(sum(payment.amount), 0) as dollars from payment join customer using (customer_id) where lower(customer.first_name || ' ' || customer.last_name) = lower('ANSELM EKMAN')",
      "select total from (select customer_id, sum(amount) as total from payment group by customer_id) t join customer c using (customer_id) where c.last_name = 'Ekman' and c.first_name = 'Anselm'",
      "select round(sum(p.amount), 2) from customer c left join payment p on p.customer_id = c.customer_id where (c.first_name, c.last_name) = ('Anselm', 'Ekman')",
    ],
    other: [
      'select sum(amount) from payment where customer_id = 1',
      "select sum(amount) from payment join customer using (customer_id) where last_name = 'Ekman'",
      "select sum(distinct payment_id * 0 + amount) from payment join customer using (customer_id) where first_name = 'Anselm' and last_name = 'Ekman'",
      "select sum(amount) from payment join customer using (customer_id) where first_name = 'Anselm' and last_name = 'Ekman' and amount > 0.5",
    ],
  },
  {
    gold: 'select store_id, count(*) as copies from inventory group by store_id',
    same: [
      'select count(*) as n, store_id from inventory group by 2 order by 2',
      'select i.store_id, count(i.inventory_id) from inventory i group by i.store_id order by 2 desc',
      'select distinct store_id, count(*) over (partition by store_id) from inventory',
      'select s.store_id, count(*) from store s join inventory i on i.store_id = s.store_id group by s.store_id',
    ],
    other: [
      'select store_id, count(*) from inventory group by store_id having count(*) > 1000',
      'select store_id, count(distinct inventory_id) from inventory join film using (film_id) where length > 45 group by store_id',
      'select store_id, count(*) from inventory group by store_id limit 2',
      'select store_id, 2270 + (store_id - 1) * 41 from inventory group by store_id',
    ],
  },
  {
    gold: 'select avg(length) from film',
    same: [
      'select sum(length)::numeric / count(length) from film',
      'select avg(f.length::float8) as minutes from film f where f.length is not null',
      'select avg(length) as minutes from (select film_id, length from film) x',
    ],
    other: [
      'select sum(length)::numeric / count(*) from film',
      'select avg(coalesce(length, 0)) from film',
      'select avg(length) from film where length > 45',
    ],
  },
  {
    gold: 'select name from category join film_category using (category_id) group by name order by count(*) desc limit 3',
    same: [
      'select c.name from film_category fc join category c on c.category_id = fc.category_id group by c.category_id, c.name order by count(*) desc, c.name limit 3',
      'select name from (select c.name, count(*) n from category c join film_category fc using (category_id) group by c.name) x order by n desc fetch first 3 rows only',
    ],
    other: [
      'select name from category join film_category using (category_id) group by name order by count(*) desc limit 4',
      'select name from category join film_category using (category_id) group by name order by count(*) limit 3',
      "select name from category where name in ('Sports', 'Foreign', 'Family')",
    ],
  },
  {
    gold: "select distinct first_name, last_name from customer join rental using (customer_id) where rental_date >= '2025-07-01' and rental_date < '2025-08-01'",
    same: [
      "select distinct c.last_name, c.first_name from customer c join rental r using (customer_id) where date_trunc('month', r.rental_date) = '2025-07-01'",
      'select distinct first_name, last_name from customer where customer_id in (select customer_id from rental where extract(year from rental_date) = 2025 and extract(month from rental_date) = 7)',
      "select first_name, last_name from customer join rental using (customer_id) where to_char(rental_date, 'YYYY-MM') = '2025-07' group by first_name, last_name",
    ],
    other: [
      "select distinct first_name, last_name from customer join rental using (customer_id) where rental_date between '2025-07-01' and '2025-07-31'",
      'select distinct first_name, last_name from customer join rental using (customer_id)',
      'select distinct first_name, last_name from customer join rental using (customer_id) where extract(month from rental_date) = 7',
      "select distinct first_name, last_name from customer join rental using (customer_id) where rental_date > '2025-07-01' and rental_date < '2025-08-02'",
    ],
  },
];
