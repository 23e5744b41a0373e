import type { ColumnType, Generated } from 'kysely';
import type { Time } from './column-types.ts';

/** The film rental shop. Identity columns may be given, as an import does. */
export interface FilmsTables {
  'films.actor': { actor_id: Generated<number>; first_name: string; last_name: string; last_update: Time };
  'films.category': { category_id: Generated<number>; name: string; last_update: Time };
  /** `name` is padded with blanks to 20 characters. */
  'films.language': { language_id: Generated<number>; name: string; last_update: Time };
  'films.country': { country_id: Generated<number>; country: string; last_update: Time };
  'films.city': { city_id: Generated<number>; city: string; country_id: number; last_update: Time };
  'films.address': AddressTable;
  'films.film': FilmTable;
  'films.film_actor': { actor_id: number; film_id: number; last_update: Time };
  'films.film_category': { film_id: number; category_id: number; last_update: Time };
  'films.store': StoreTable;
  'films.staff': StaffTable;
  'films.customer': CustomerTable;
  'films.inventory': {
    inventory_id: Generated<number>;
    film_id: number;
    store_id: number;
    last_update: Time;
  };
  'films.rental': RentalTable;
  'films.payment': PaymentTable;
  'films.film_embedding': { film_id: number; model: string; embedding: string };
}

export type Rating = 'G' | 'PG' | 'PG-13' | 'R' | 'NC-17';

export interface AddressTable {
  address_id: Generated<number>;
  address: string;
  address2: string | null;
  district: string;
  city_id: number;
  postal_code: string | null;
  phone: string;
  last_update: Time;
}

export interface FilmTable {
  film_id: Generated<number>;
  title: string;
  description: string | null;
  release_year: number | null;
  language_id: number;
  original_language_id: number | null;
  /** Days. */
  rental_duration: Generated<number>;
  /** Dollars, read as text such as `4.99`. */
  rental_rate: ColumnType<string, number | string | undefined, number | string>;
  /** Minutes. */
  length: number | null;
  replacement_cost: ColumnType<string, number | string | undefined, number | string>;
  rating: Rating | null;
  last_update: Time;
  special_features: string[] | null;
  fulltext: ColumnType<string, never, never>;
}

export interface StoreTable {
  store_id: Generated<number>;
  manager_staff_id: number;
  address_id: number;
  last_update: Time;
}

export interface StaffTable {
  staff_id: Generated<number>;
  first_name: string;
  last_name: string;
  address_id: number;
  email: string | null;
  store_id: number;
  active: Generated<boolean>;
  username: string;
  password: string | null;
  last_update: Time;
  picture: Uint8Array | null;
}

export interface CustomerTable {
  customer_id: Generated<number>;
  store_id: number;
  first_name: string;
  last_name: string;
  email: string | null;
  address_id: number;
  activebool: Generated<boolean>;
  /** A day, `2025-03-01`. */
  create_date: ColumnType<string, string | undefined, string>;
  last_update: Time;
  active: number | null;
}

export interface RentalTable {
  rental_id: Generated<number>;
  rental_date: ColumnType<Date, Date | string, Date | string>;
  inventory_id: number;
  customer_id: number;
  /** Null while the copy is out. */
  return_date: ColumnType<Date | null, Date | string | null, Date | string | null>;
  staff_id: number;
  last_update: Time;
}

export interface PaymentTable {
  payment_id: Generated<number>;
  customer_id: number;
  staff_id: number;
  rental_id: number;
  /** Dollars, read as text such as `4.99`. */
  amount: ColumnType<string, number | string, number | string>;
  payment_date: ColumnType<Date, Date | string, Date | string>;
}
