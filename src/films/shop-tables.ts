import type { Insertable } from 'kysely';
import type { Schema } from '../db/schema.ts';

/** The shop's tables with the columns that are stored (`film.fulltext` is generated), targets of references first. */
export const shopTables = {
  language: ['language_id', 'name', 'last_update'],
  category: ['category_id', 'name', 'last_update'],
  actor: ['actor_id', 'first_name', 'last_name', 'last_update'],
  country: ['country_id', 'country', 'last_update'],
  city: ['city_id', 'city', 'country_id', 'last_update'],
  address: [
    'address_id',
    'address',
    'address2',
    'district',
    'city_id',
    'postal_code',
    'phone',
    'last_update',
  ],
  film: [
    'film_id',
    'title',
    'description',
    'release_year',
    'language_id',
    'original_language_id',
    'rental_duration',
    'rental_rate',
    'length',
    'replacement_cost',
    'rating',
    'last_update',
    'special_features',
  ],
  film_actor: ['actor_id', 'film_id', 'last_update'],
  film_category: ['film_id', 'category_id', 'last_update'],
  store: ['store_id', 'manager_staff_id', 'address_id', 'last_update'],
  staff: [
    'staff_id',
    'first_name',
    'last_name',
    'address_id',
    'email',
    'store_id',
    'active',
    'username',
    'password',
    'last_update',
    'picture',
  ],
  customer: [
    'customer_id',
    'store_id',
    'first_name',
    'last_name',
    'email',
    'address_id',
    'activebool',
    'create_date',
    'last_update',
    'active',
  ],
  inventory: ['inventory_id', 'film_id', 'store_id', 'last_update'],
  rental: [
    'rental_id',
    'rental_date',
    'inventory_id',
    'customer_id',
    'return_date',
    'staff_id',
    'last_update',
  ],
  payment: ['payment_id', 'customer_id', 'staff_id', 'rental_id', 'amount', 'payment_date'],
} as const;

export type ShopTable = keyof typeof shopTables;

/** A whole shop as rows to insert. */
export type Shop = { [Table in ShopTable]: Insertable<Schema[`films.${Table}`]>[] };

export const shopTableNames = Object.keys(shopTables) as ShopTable[]; // Object.keys gives string[]
