/** A small film rental shop with secrets, made for trying what SQL of a model can reach. */
import { sql } from 'kysely';
import type { Database } from '../../src/db/open-database.ts';
import type { SqlPolicy } from '../../src/sql/sql-policy.ts';

export const secret = 'hunter2-canary';

export const shopPolicy: SqlPolicy = {
  schema: 'shop',
  role: 'baton_test_shop_reader',
  types: ['rating'],
  functions: ['with_tax'],
  tables: {
    language: { columns: ['language_id', 'name'] },
    category: { columns: ['category_id', 'name'] },
    film: {
      columns: [
        'film_id',
        'title',
        'description',
        'release_year',
        'language_id',
        'rental_duration',
        'rental_rate',
        'length',
        'rating',
        'special_features',
        'details',
        'last_update',
      ],
      description: 'what can be rented',
    },
    film_category: { columns: ['film_id', 'category_id'] },
    actor: { columns: ['actor_id', 'first_name', 'last_name'] },
    film_actor: { columns: ['actor_id', 'film_id'] },
    store: { columns: ['store_id', 'manager_staff_id'] },
    staff: { columns: ['staff_id', 'name', 'store_id', 'active'], hidden: ['password', 'manager_id'] },
    customer: {
      columns: ['customer_id', 'store_id', 'first_name', 'last_name', 'active', 'create_date'],
      hidden: ['email'],
    },
    inventory: { columns: ['inventory_id', 'film_id', 'store_id'] },
    rental: {
      columns: ['rental_id', 'rental_date', 'inventory_id', 'customer_id', 'return_date', 'staff_id'],
    },
    payment: { columns: ['payment_id', 'customer_id', 'staff_id', 'rental_id', 'amount', 'payment_date'] },
  },
};

const schema = `
create schema shop;
create type shop.rating as enum ('G', 'PG', 'PG-13', 'R', 'NC-17');
create table shop.language (language_id int primary key, name text not null);
create table shop.category (category_id int primary key, name text not null);
create table shop.film (film_id int primary key, title text not null, description text, release_year int,
  language_id int not null references shop.language, rental_duration int not null, rental_rate numeric(4,2) not null,
  length int, rating shop.rating, special_features text[], details jsonb, last_update timestamptz not null);
create table shop.film_category (film_id int references shop.film, category_id int references shop.category, primary key (film_id, category_id));
create table shop.actor (actor_id int primary key, first_name text not null, last_name text not null);
create table shop.film_actor (actor_id int references shop.actor, film_id int references shop.film, primary key (actor_id, film_id));
create table shop.store (store_id int primary key, manager_staff_id int not null);
create table shop.staff (staff_id int primary key, name text not null, store_id int references shop.store, active boolean not null, password text not null, manager_id int);
create table shop.customer (customer_id int primary key, store_id int references shop.store, first_name text not null, last_name text not null, email text, active boolean not null, create_date date not null);
create table shop.inventory (inventory_id int primary key, film_id int references shop.film, store_id int references shop.store);
create table shop.rental (rental_id int primary key, rental_date timestamptz not null, inventory_id int references shop.inventory, customer_id int references shop.customer, return_date timestamptz, staff_id int references shop.staff);
create table shop.payment (payment_id int primary key, customer_id int references shop.customer, staff_id int references shop.staff, rental_id int references shop.rental, amount numeric(5,2) not null, payment_date timestamptz not null);
create table shop.audit (audit_id int primary key, note text not null);
create function shop.with_tax(numeric) returns numeric language sql immutable as 'select $1 * 1.2';
create function shop.forbidden() returns text language sql as 'select note from shop.audit limit 1';
comment on column shop.film.length is 'in minutes';
insert into shop.language values (1, 'English'), (2, 'Italian');
insert into shop.category select i, (array['Action','Comedy','Drama','Horror','Family'])[i] from generate_series(1, 5) i;
insert into shop.film select i, 'FILM ' || i, 'A film about ' || (array['a robot','a cook','two sailors'])[1 + i % 3], 2000 + i % 7,
  1 + i % 2, 3 + i % 5, 0.99 + i % 4, 60 + (i * 7) % 120, (enum_range(null::shop.rating))[1 + i % 5], array['Trailers','Deleted Scenes'],
  jsonb_build_object('score', i % 10, 'tags', jsonb_build_array('a', 'b')), timestamptz '2024-01-01 00:00Z' + i * interval '1 hour'
  from generate_series(1, 100) i;
insert into shop.film_category select i, 1 + i % 5 from generate_series(1, 100) i;
insert into shop.actor select i, 'FIRST' || i, 'LAST' || i % 20 from generate_series(1, 40) i;
insert into shop.film_actor select a, f from generate_series(1, 40) a, generate_series(1, 100) f where (a * f) % 17 = 0;
insert into shop.store values (1, 1), (2, 2);
insert into shop.staff values (1, 'Mike', 1, true, '${secret}', null), (2, 'Jon', 2, true, '${secret}', 1);
insert into shop.customer select i, 1 + i % 2, 'C' || i, 'D' || i % 50, '${secret}' || i, i % 11 <> 0, date '2023-01-01' + i from generate_series(1, 80) i;
insert into shop.inventory select i, 1 + i % 100, 1 + i % 2 from generate_series(1, 200) i;
insert into shop.rental select i, timestamptz '2024-02-01 10:00Z' + i * interval '5 hours', 1 + i % 200, 1 + i % 80,
  case when i % 9 = 0 then null else timestamptz '2024-02-03 10:00Z' + i * interval '5 hours' end, 1 + i % 2 from generate_series(1, 600) i;
insert into shop.payment select i, 1 + i % 80, 1 + i % 2, i, 0.99 + i % 7, timestamptz '2024-02-01 10:00Z' + i * interval '5 hours' from generate_series(1, 600) i;
insert into shop.audit values (1, '${secret}');
analyze shop.film; analyze shop.rental; analyze shop.payment;
`;

/** Makes the shop; the statements go one by one, since a prepared one holds no more. */
export async function makeShop({ db }: Database): Promise<void> {
  for (const statement of schema.split(/;\s*(?=\n|analyze)/).filter((text) => text.trim())) {
    await sql.raw(statement).execute(db);
  }
}
